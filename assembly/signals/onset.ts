// When a signal begins and ends: it begins once it has been strong enough for long enough, and ends below a lower strength. Each
// beginning is counted, so that whoever looks seldom knows what it has missed.
import {
  KIND_HOLD_US, KIND_OFF, KIND_ON, KIND_STRIDE, ONSET_ACTIVE, ONSET_COUNT, ONSET_PEAK, ONSET_SINCE_US, ONSET_STRENGTH, ONSET_STRIDE,
  ONSET_US, RULE_KINDS, SIGNAL_DOWN, SIGNAL_KINDS, SIGNAL_STATE_ONSETS, SIGNAL_STATE_RULES, SIGNAL_UP,
} from '../memory/signal-layout';

/** Address of the shared rules. */
// @ts-ignore: decorator
@inline
export function rulesOf(signals: usize): usize {
  return <usize>load<f64>(signals, SIGNAL_STATE_RULES);
}

/** Takes in how strong a kind is in one direction. */
// @ts-ignore: decorator
@inline
export function judge(signals: usize, rules: usize, kind: i32, direction: i32, strength: f64, nowUs: f64): void {
  const onset = signals + SIGNAL_STATE_ONSETS + <usize>(kind * 2 + direction) * ONSET_STRIDE;
  const rule = rules + RULE_KINDS + <usize>kind * KIND_STRIDE;
  store<f64>(onset, strength, ONSET_STRENGTH);
  // Neither strong now nor before, as nearly always.
  if (strength < load<f64>(rule, KIND_ON) && load<f64>(onset, ONSET_SINCE_US) == 0) return;
  change(onset, rule, strength, nowUs);
}

function change(onset: usize, rule: usize, strength: f64, nowUs: f64): void {
  if (load<f64>(onset, ONSET_ACTIVE) != 0) {
    if (strength < load<f64>(rule, KIND_OFF)) end(onset);
    else if (strength > load<f64>(onset, ONSET_PEAK)) store<f64>(onset, strength, ONSET_PEAK);
    return;
  }
  if (strength < load<f64>(rule, KIND_ON)) {
    store<f64>(onset, 0, ONSET_SINCE_US);
    return;
  }
  if (load<f64>(onset, ONSET_SINCE_US) == 0) store<f64>(onset, nowUs, ONSET_SINCE_US);
  if (nowUs - load<f64>(onset, ONSET_SINCE_US) < load<f64>(rule, KIND_HOLD_US)) return;
  store<f64>(onset, load<f64>(onset, ONSET_COUNT) + 1, ONSET_COUNT);
  store<f64>(onset, 1, ONSET_ACTIVE);
  store<f64>(onset, strength, ONSET_PEAK);
  store<f64>(onset, nowUs, ONSET_US);
}

/** As `judge` for a kind whose sign is its direction. */
// @ts-ignore: decorator
@inline
export function judgeSigned(signals: usize, rules: usize, kind: i32, value: f64, nowUs: f64): void {
  judge(signals, rules, kind, SIGNAL_UP, value, nowUs);
  judge(signals, rules, kind, SIGNAL_DOWN, -value, nowUs);
}

/** Whether a kind stands in either direction, or is about to. */
export function stands(signals: usize, kind: i32): bool {
  const onset = signals + SIGNAL_STATE_ONSETS + <usize>(kind * 2) * ONSET_STRIDE;
  return load<f64>(onset, ONSET_SINCE_US) != 0 || load<f64>(onset + ONSET_STRIDE, ONSET_SINCE_US) != 0;
}

/** Ends everything: the book that it was about is no more. */
export function endAll(signals: usize): void {
  for (let slot = 0; slot < SIGNAL_KINDS * 2; slot++) {
    const onset = signals + SIGNAL_STATE_ONSETS + <usize>slot * ONSET_STRIDE;
    end(onset);
    store<f64>(onset, 0, ONSET_STRENGTH);
  }
}

function end(onset: usize): void {
  store<f64>(onset, 0, ONSET_ACTIVE);
  store<f64>(onset, 0, ONSET_SINCE_US);
}
