// The history of a book's signals: buckets of time, each holding what stood at its end.
import {
  HISTORY_BOUGHT, HISTORY_BUCKETS, HISTORY_BUCKET_US, HISTORY_FLOW, HISTORY_IMBALANCE, HISTORY_MID, HISTORY_SOLD, HISTORY_STRIDE,
  HISTORY_TRADES, SIGNAL_HISTORY, SIGNAL_STATE_BOUGHT, SIGNAL_STATE_BUCKET, SIGNAL_STATE_FIRST_BUCKET, SIGNAL_STATE_FLOW,
  SIGNAL_STATE_IMBALANCE, SIGNAL_STATE_MID, SIGNAL_STATE_SOLD, SIGNAL_STATE_TRADES,
} from '../memory/signal-layout';

/** Address of a bucket's place. */
// @ts-ignore: decorator
@inline
export function bucketAt(signals: usize, bucket: f64): usize {
  return signals + SIGNAL_HISTORY + <usize>(<i64>bucket & (HISTORY_BUCKETS - 1)) * HISTORY_STRIDE;
}

/** Closes the buckets that have ended by `nowUs`, all but the first with what stood before. */
export function rollHistory(signals: usize, nowUs: f64): void {
  const open = load<f64>(signals, SIGNAL_STATE_BUCKET);
  const bucket = floor(nowUs / HISTORY_BUCKET_US);
  if (bucket == open) return;
  if (open == 0) {
    store<f64>(signals, bucket, SIGNAL_STATE_FIRST_BUCKET);
  } else {
    // A clock that went back closes nothing.
    if (bucket < open) return;
    for (let ended = max(open, bucket - HISTORY_BUCKETS); ended < bucket; ended++) {
      const place = bucketAt(signals, ended);
      store<f64>(place, load<f64>(signals, SIGNAL_STATE_MID), HISTORY_MID);
      store<f64>(place, load<f64>(signals, SIGNAL_STATE_FLOW), HISTORY_FLOW);
      store<f64>(place, load<f64>(signals, SIGNAL_STATE_BOUGHT), HISTORY_BOUGHT);
      store<f64>(place, load<f64>(signals, SIGNAL_STATE_SOLD), HISTORY_SOLD);
      store<f64>(place, load<f64>(signals, SIGNAL_STATE_TRADES), HISTORY_TRADES);
      store<f64>(place, load<f64>(signals, SIGNAL_STATE_IMBALANCE), HISTORY_IMBALANCE);
    }
  }
  store<f64>(signals, bucket, SIGNAL_STATE_BUCKET);
}

/** Begins anew: running sums from nothing, and no bucket that can be asked for. */
export function forgetHistory(signals: usize): void {
  store<f64>(signals, 0, SIGNAL_STATE_BUCKET);
  store<f64>(signals, 0, SIGNAL_STATE_FIRST_BUCKET);
  store<f64>(signals, 0, SIGNAL_STATE_MID);
  store<f64>(signals, 0, SIGNAL_STATE_FLOW);
  store<f64>(signals, 0, SIGNAL_STATE_BOUGHT);
  store<f64>(signals, 0, SIGNAL_STATE_SOLD);
  store<f64>(signals, 0, SIGNAL_STATE_TRADES);
}

/** The bucket that ended `buckets` before the open one, 1 being the last; 0 when the book is not that old. */
export function bucketBefore(signals: usize, buckets: f64): usize {
  const wanted = load<f64>(signals, SIGNAL_STATE_BUCKET) - buckets;
  return wanted < load<f64>(signals, SIGNAL_STATE_FIRST_BUCKET) ? 0 : bucketAt(signals, wanted);
}
