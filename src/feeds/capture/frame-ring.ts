// A bounded queue of frames in shared memory: one feed worker writes, one archive worker reads, neither ever waits for the other.
// A frame that finds no room is dropped and counted.
//
// Layout: a line for each counter, then the data. A record is a multiple of eight bytes and never wraps: where the rest of the
// buffer is too short, it is passed over with a record that holds nothing.

const HEAD = 0; // i32 index: words of 8 bytes written so far, modulo 2^32; the writer's
const TAIL = 16; // words read so far; the reader's
const DROPPED = 32; // frames that found no room
const OFFERED = 48; // frames put in or dropped: each has its number, from 1 on
const DATA_BYTES = 256;

const RECORD_BYTES = 0; // i32, of the whole record
const RECORD_KIND = 4; // i32, KIND_...
const RECORD_TIME = 8; // f64, milliseconds since the epoch
const RECORD_CONN = 16; // i32, length of each part
const RECORD_URL = 20;
const RECORD_PAYLOAD = 24;
const RECORD_NUMBER = 28; // u32
const RECORD_RECEIVED = 32; // f64, monotonic microseconds that the kernel was told
const RECORD_HEADER = 40;

/** Bits that say what a record is. */
export const KIND_OUT = 1;
export const KIND_HTTP = 2;
export const KIND_BINARY = 4;
const KIND_PADDING = 8;
/** No frame, but something else that the feed did to a book; see format.ts. */
export const KIND_BOOK = 16;

/** One frame as it was put in. The parts are views into the ring, valid until the next one is taken. */
export interface RingFrame {
  kind: number;
  epochMs: number;
  receivedUs: number;
  /** Frames that were put in or dropped up to this one. */
  number: number;
  conn: Uint8Array;
  url: Uint8Array;
  payload: Uint8Array;
}

/** Memory for a ring of at least `bytes`. */
export function allocateRing(bytes: number): SharedArrayBuffer {
  let capacity = 4096;
  while (capacity < bytes) capacity *= 2;
  return new SharedArrayBuffer(DATA_BYTES + capacity);
}

class Ring {
  protected readonly counters: Int32Array;
  protected readonly data: Uint8Array;
  protected readonly view: DataView;
  protected readonly capacity: number;

  constructor(readonly buffer: SharedArrayBuffer) {
    this.capacity = buffer.byteLength - DATA_BYTES;
    this.counters = new Int32Array(buffer, 0, DATA_BYTES / 4);
    this.data = new Uint8Array(buffer, DATA_BYTES);
    this.view = new DataView(buffer, DATA_BYTES);
  }

  /** Frames dropped so far. */
  get dropped(): number {
    return Atomics.load(this.counters, DROPPED) >>> 0;
  }

  /** Where word `position` is in the data. */
  protected offsetOf(position: number): number {
    return ((position >>> 0) * 8) % this.capacity;
  }
}

/** The feed's end. Writing takes a copy and never blocks. */
export class FrameRingWriter extends Ring {
  /** @returns false when there was no room and the frame was dropped */
  push(
    kind: number,
    epochMs: number,
    conn: Uint8Array,
    url: Uint8Array,
    payload: Uint8Array,
    start: number,
    end: number,
    receivedUs = 0,
  ): boolean {
    const number = Atomics.add(this.counters, OFFERED, 1) + 1;
    const length = end - start;
    const bytes = Math.ceil((RECORD_HEADER + conn.length + url.length + length) / 8) * 8;
    const head = Atomics.load(this.counters, HEAD);
    const free = this.capacity - ((head - Atomics.load(this.counters, TAIL)) >>> 0) * 8;
    const offset = this.offsetOf(head);
    const rest = this.capacity - offset;
    const padding = bytes > rest ? rest : 0;
    // One word always stays free, so that a full ring is not taken for an empty one.
    if (bytes + padding >= free) {
      Atomics.add(this.counters, DROPPED, 1);
      return false;
    }
    if (padding > 0) {
      this.view.setInt32(offset + RECORD_BYTES, padding, true);
      this.view.setInt32(offset + RECORD_KIND, KIND_PADDING, true);
    }
    const at = padding > 0 ? 0 : offset;
    this.view.setInt32(at + RECORD_BYTES, bytes, true);
    this.view.setInt32(at + RECORD_KIND, kind, true);
    this.view.setFloat64(at + RECORD_TIME, epochMs, true);
    this.view.setInt32(at + RECORD_CONN, conn.length, true);
    this.view.setInt32(at + RECORD_URL, url.length, true);
    this.view.setInt32(at + RECORD_PAYLOAD, length, true);
    this.view.setUint32(at + RECORD_NUMBER, number, true);
    this.view.setFloat64(at + RECORD_RECEIVED, receivedUs, true);
    const body = at + RECORD_HEADER;
    this.data.set(conn, body);
    this.data.set(url, body + conn.length);
    this.data.set(
      start === 0 && end === payload.length ? payload : payload.subarray(start, end),
      body + conn.length + url.length,
    );
    // The record is whole before the reader can see it: an atomic store orders what comes before it.
    Atomics.store(this.counters, HEAD, head + (bytes + padding) / 8);
    return true;
  }
}

/** The archive's end. */
export class FrameRingReader extends Ring {
  private readonly frame: RingFrame = {
    kind: 0,
    epochMs: 0,
    receivedUs: 0,
    number: 0,
    conn: new Uint8Array(),
    url: new Uint8Array(),
    payload: new Uint8Array(),
  };
  /** Words of the frame that was handed out last, given back when the next one is asked for. */
  private held = 0;

  /** The next frame; undefined when there is none now. The one before it is given back. */
  next(): Readonly<RingFrame> | undefined {
    this.release();
    while (true) {
      const tail = Atomics.load(this.counters, TAIL);
      if (Atomics.load(this.counters, HEAD) === tail) return undefined;
      const at = this.offsetOf(tail);
      this.held = this.view.getInt32(at + RECORD_BYTES, true) / 8;
      const kind = this.view.getInt32(at + RECORD_KIND, true);
      if (kind !== KIND_PADDING) return this.read(at, kind);
      this.release();
    }
  }

  private read(at: number, kind: number): RingFrame {
    const conn = at + RECORD_HEADER;
    const url = conn + this.view.getInt32(at + RECORD_CONN, true);
    const payload = url + this.view.getInt32(at + RECORD_URL, true);
    const end = payload + this.view.getInt32(at + RECORD_PAYLOAD, true);
    this.frame.kind = kind;
    this.frame.epochMs = this.view.getFloat64(at + RECORD_TIME, true);
    this.frame.receivedUs = this.view.getFloat64(at + RECORD_RECEIVED, true);
    this.frame.number = this.view.getUint32(at + RECORD_NUMBER, true);
    this.frame.conn = this.data.subarray(conn, url);
    this.frame.url = this.data.subarray(url, payload);
    this.frame.payload = this.data.subarray(payload, end);
    return this.frame;
  }

  private release(): void {
    if (this.held === 0) return;
    Atomics.add(this.counters, TAIL, this.held);
    this.held = 0;
  }
}
