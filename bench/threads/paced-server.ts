import { type AddressInfo, createServer, type Socket } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';
import { openingAnswer } from '../wire.js';
import { type PacedFrame, type PacedOrder, type PacedServerData, STAMP_OFFSET_US } from './paced-frame.js';

const STAMP_DIGITS = 15;
const ID_DIGITS = 11;

serve(workerData as PacedServerData);

function serve({ wire, frames }: PacedServerData): void {
  const bytes = Buffer.from(wire);
  let socket: Socket | undefined;
  let next = 0;
  let cycle = 0;
  const pause = new Int32Array(new SharedArrayBuffer(4));
  const server = createServer({ noDelay: true }, (connected) => {
    connected.on('error', () => connected.destroy());
    connected.once('data', (request) => {
      connected.write(openingAnswer(request));
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
