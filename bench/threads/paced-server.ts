import { createHash } from 'node:crypto';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';

/** A frame of the wire whose stamp and update ids are written anew whenever it is sent. */
export interface PacedFrame {
  /** Where it begins and ends in the wire, header included. */
  readonly from: number;
  readonly to: number;
  /** Where the 15 digits of its stamp and the 11 digits of its two update ids are. */
  readonly stampAt: number;
  readonly firstAt: number;
  readonly lastAt: number;
  readonly first: number;
  readonly last: number;
  /** What is added to the ids each time all frames have been sent. */
  readonly idSpan: number;
}

/** What the thread that sends on time is given. */
export interface PacedServerData {
  readonly wire: Uint8Array;
  readonly frames: readonly PacedFrame[];
}

/** Starts a burst: so many frames at such a rate. Answered by 'sent' when the last one is written. */
export interface PacedOrder {
  readonly framesPerSecond: number;
  readonly count: number;
}

/** Stamps of 15 digits are taken for microseconds, by the kernel as by venues; added to the monotonic clock to have that many. */
export const STAMP_OFFSET_US = 1e14;

const STAMP_DIGITS = 15;
const ID_DIGITS = 11;

if (parentPort !== null) serve(workerData as PacedServerData);

function serve({ wire, frames }: PacedServerData): void {
  const bytes = Buffer.from(wire);
  let socket: Socket | undefined;
  let next = 0;
  let cycle = 0;
  const pause = new Int32Array(new SharedArrayBuffer(4));
  const server = createServer({ noDelay: true }, (connected) => {
    connected.on('error', () => connected.destroy());
    connected.once('data', (request) => {
      const key = /^Sec-WebSocket-Key: (.*)\r$/im.exec(request.toString('latin1'))?.[1] ?? '';
      const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
      const head = ['HTTP/1.1 101 Switching Protocols', 'Upgrade: websocket', 'Connection: Upgrade', `Sec-WebSocket-Accept: ${accept}`];
      connected.write(`${head.join('\r\n')}\r\n\r\n`);
      socket = connected;
    });
  });
  parentPort?.on('message', ({ framesPerSecond, count }: PacedOrder) => {
    const startUs = nowUs() + 1000;
    const intervalUs = 1e6 / framesPerSecond;
    let sent = 0;
    const step = (): void => {
      const due = Math.min(count, Math.floor((nowUs() - startUs) / intervalUs) + 1);
      if (due > sent) socket?.write(Buffer.concat(Array.from({ length: due - sent }, () => take(startUs + sent++ * intervalUs))));
      if (sent === count) {
        parentPort?.postMessage('sent');
        return;
      }
      Atomics.wait(pause, 0, 0, Math.max(0.02, (startUs + sent * intervalUs - nowUs()) / 1e3));
      setImmediate(step);
    };
    step();
  });
  /** The next frame, as one that should leave at `intendedUs`. */
  const take = (intendedUs: number): Buffer => {
    const frame = frames[next] as PacedFrame;
    const ids = cycle * frame.idSpan;
    writeDigits(bytes, frame.stampAt, STAMP_DIGITS, Math.round(intendedUs) + STAMP_OFFSET_US);
    writeDigits(bytes, frame.firstAt, ID_DIGITS, frame.first + ids);
    writeDigits(bytes, frame.lastAt, ID_DIGITS, frame.last + ids);
    if (++next === frames.length) {
      next = 0;
      cycle++;
    }
    return bytes.subarray(frame.from, frame.to);
  };
  server.listen(0, '127.0.0.1', () => parentPort?.postMessage((server.address() as AddressInfo).port));
}

function writeDigits(bytes: Buffer, at: number, digits: number, value: number): void {
  let rest = value;
  for (let i = at + digits - 1; i >= at; i--) {
    const tens = Math.floor(rest / 10);
    bytes[i] = 0x30 + rest - tens * 10;
    rest = tens;
  }
}

/** The monotonic clock that all threads share. */
function nowUs(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1e6 + nanoseconds / 1e3;
}
