// The envelope of Kraken's v2 frames: {"channel": ..., "type": "snapshot" or "update", "data": [...]}, members in any order.
import { at, fail, failed, finished, firstKey, keyOf, nextKey, peek, readText, skipValue, textEquals } from './json';

const CHANNEL = keyOf('channel');
const TYPE = keyOf('type');
const DATA = keyOf('data');
const BOOK = keyOf('book');
const TRADE = keyOf('trade');
const LEVEL3 = keyOf('level3');
const SNAPSHOT = keyOf('snapshot');
const UPDATE = keyOf('update');

/** No channel, or one that the kernel does not read. */
export const CHANNEL_OTHER = 0;
export const CHANNEL_BOOK = 1;
export const CHANNEL_TRADE = 2;
export const CHANNEL_LEVEL3 = 3;

export const TYPE_OTHER = 0;
export const TYPE_SNAPSHOT = 1;
export const TYPE_UPDATE = 2;

export let channel: i32 = CHANNEL_OTHER;
export let frameType: i32 = TYPE_OTHER;
/** Where the data stands; 0 while none was seen. */
export let dataAt: usize = 0;
/** Whether the reader stands at the data, whose channel is known; otherwise the envelope was read to its end. */
export let standsAtData: bool = false;
let hasChannel: bool = false;
let hasType: bool = false;

/** Reads the envelope up to its data if that comes behind the channel, else to the end. */
export function openEnvelope(): void {
  channel = CHANNEL_OTHER;
  frameType = TYPE_OTHER;
  dataAt = 0;
  standsAtData = hasChannel = hasType = false;
  readMembers(firstKey());
}

/** Reads what is left of the envelope. @returns whether the frame, which ends at `end`, is whole and valid */
export function closeEnvelope(end: usize): bool {
  if (standsAtData && !failed) readMembers(nextKey());
  return finished(end);
}

function readMembers(first: u64): void {
  for (let key = first; key != 0 && !failed; key = nextKey()) {
    if (key == CHANNEL) {
      if (hasChannel) fail();
      hasChannel = true;
      if (peek() != 0x22) skipValue();
      else if (readText()) channel = textEquals(BOOK) ? CHANNEL_BOOK : textEquals(TRADE) ? CHANNEL_TRADE : textEquals(LEVEL3) ? CHANNEL_LEVEL3 : CHANNEL_OTHER;
    } else if (key == TYPE) {
      if (hasType) fail();
      hasType = true;
      if (peek() != 0x22) skipValue();
      else if (readText()) frameType = textEquals(SNAPSHOT) ? TYPE_SNAPSHOT : textEquals(UPDATE) ? TYPE_UPDATE : TYPE_OTHER;
    } else if (key == DATA) {
      if (dataAt != 0) fail();
      peek();
      dataAt = at;
      if (channel != CHANNEL_OTHER && !failed) {
        standsAtData = true;
        return;
      }
      skipValue();
    } else skipValue();
  }
}
