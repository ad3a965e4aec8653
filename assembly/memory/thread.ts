// What belongs to one thread: its scratch area and the addresses in it. Globals are per instance of the module, and every
// thread runs its own instance, so these are never shared.
import {
  EVENT_STRIDE, RESULT_BOOK, RESULT_STATUS, RESULT_STRIDE, THREAD_ASKS, THREAD_BIDS, THREAD_EVENTS, THREAD_EVENTS_MAX, THREAD_EVENT_COUNT,
  THREAD_INPUT, THREAD_INPUT_BYTES, THREAD_LEVELS_MAX, THREAD_MESSAGE_LEVELS, THREAD_RECEIVE, THREAD_RECEIVE_BYTES, THREAD_RECEIVE_US, THREAD_RESULTS,
  THREAD_RESULTS_MAX, THREAD_RESULT_COUNT, THREAD_SEQUENCE_FIRST, THREAD_SEQUENCE_LAST, THREAD_SPARE,
} from './layout';

/** Address of this thread's scratch header. */
export let thread: usize = 0;
/** First byte of the frame being decoded. */
export let input: usize = 0;
let inputArea: usize = 0;
export let inputBytes: i32 = 0;
/** Levels of the message being decoded, in the order of the frame. */
export let bidLevels: usize = 0;
export let askLevels: usize = 0;
export let levelsMax: i32 = 0;
/** Room for one level that nobody reads: where branchless code puts what it has computed in vain. */
export let spare: usize = 0;
let events: usize = 0;
let eventsMax: i32 = 0;

/** Binds this instance to the scratch area at `address`, whose header the plan has filled. */
export function attach(address: usize): void {
  thread = address;
  input = inputArea = load<u32>(address, THREAD_INPUT);
  inputBytes = load<i32>(address, THREAD_INPUT_BYTES);
  bidLevels = load<u32>(address, THREAD_BIDS);
  askLevels = load<u32>(address, THREAD_ASKS);
  levelsMax = load<i32>(address, THREAD_LEVELS_MAX);
  spare = load<u32>(address, THREAD_SPARE);
  events = load<u32>(address, THREAD_EVENTS);
  eventsMax = load<i32>(address, THREAD_EVENTS_MAX);
}

/** The frame to decode lies in the input area. */
// @ts-ignore: decorator
@inline
export function readInputArea(): void {
  input = inputArea;
}

/** The frame to decode lies at `from`. @returns false when [from, from + length) is not inside the area that sockets receive into */
// @ts-ignore: decorator
@inline
export function readInPlace(from: usize, length: i32): bool {
  const area = <usize>load<u32>(thread, THREAD_RECEIVE);
  const bytes = load<i32>(thread, THREAD_RECEIVE_BYTES);
  input = from;
  return from >= area && length <= bytes && from - area <= <usize>(bytes - length);
}

/** Monotonic microseconds at which the frame being decoded was received. */
// @ts-ignore: decorator
@inline
export function receiveUs(): f64 {
  return load<f64>(thread, THREAD_RECEIVE_US);
}

/** Forgets the answers of the previous frame. */
// @ts-ignore: decorator
@inline
export function beginAnswer(): void {
  store<i32>(thread, 0, THREAD_EVENT_COUNT);
  store<i32>(thread, 0, THREAD_RESULT_COUNT);
  store<i32>(thread, 0, THREAD_MESSAGE_LEVELS);
}

/** Notes what became of one book; answers `status` for the convenience of the caller. */
export function report(book: usize, status: i32): i32 {
  const count = load<i32>(thread, THREAD_RESULT_COUNT);
  if (count < THREAD_RESULTS_MAX) {
    const entry = thread + THREAD_RESULTS + count * RESULT_STRIDE;
    store<u32>(entry, <u32>book, RESULT_BOOK);
    store<i32>(entry, status, RESULT_STATUS);
    store<i32>(thread, count + 1, THREAD_RESULT_COUNT);
  }
  return status;
}

/** Notes which updates the message covers and how many levels it carries. */
// @ts-ignore: decorator
@inline
export function noteMessage(first: f64, last: f64, levels: i32): void {
  store<f64>(thread, first, THREAD_SEQUENCE_FIRST);
  store<f64>(thread, last, THREAD_SEQUENCE_LAST);
  store<i32>(thread, levels, THREAD_MESSAGE_LEVELS);
}

/** Address of the next free event, or 0 when the frame holds more of them than there is room for. */
export function nextEvent(): usize {
  const count = load<i32>(thread, THREAD_EVENT_COUNT);
  if (count == eventsMax) return 0;
  store<i32>(thread, count + 1, THREAD_EVENT_COUNT);
  return events + count * EVENT_STRIDE;
}

/** Events listed for the frame so far. */
// @ts-ignore: decorator
@inline
export function eventCount(): i32 {
  return load<i32>(thread, THREAD_EVENT_COUNT);
}

// @ts-ignore: decorator
@inline
export function eventAt(index: i32): usize {
  return events + index * EVENT_STRIDE;
}

/** Drops what a frame listed that then proved malformed. */
export function dropEvents(): void {
  store<i32>(thread, 0, THREAD_EVENT_COUNT);
}
