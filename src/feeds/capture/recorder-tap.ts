import type { Clock } from '../../domain/clock.js';
import type { FrameTap } from '../tap.js';
import { FrameRingWriter, KIND_BINARY, KIND_BOOK, KIND_HTTP, KIND_OUT } from './frame-ring.js';
import { connectionName, redactUrl } from './redact.js';

const NO_BYTES = new Uint8Array();
const HTTP_NAME = Buffer.from('http');
const ACTIONS = {
  reset: Buffer.from('reset'),
  state: Buffer.from('state'),
  snapshot: Buffer.from('snapshot'),
  again: Buffer.from('again'),
  recover: Buffer.from('recover'),
};

/** Puts every frame of a feed into the ring of the archive worker; what finds no room there is dropped and counted. */
export class RecorderTap implements FrameTap {
  private readonly ring: FrameRingWriter;
  private readonly names: Uint8Array[] = [];

  /**
   * @param countDrop called for each frame that is lost to the recording
   * @param receivedUs the time that the kernel was told last; 0 for none
   */
  constructor(
    ring: SharedArrayBuffer,
    private readonly clock: Clock,
    private readonly countDrop: () => void,
    private readonly receivedUs: () => number = () => 0,
  ) {
    this.ring = new FrameRingWriter(ring);
  }

  opened(connection: number, url: string): void {
    const name = connectionName(url);
    this.names[connection] = Buffer.from(name);
    // Several connections to one URL are told apart by their number.
    const twin = this.names.findIndex(
      (other, index) => index < connection && other !== undefined && Buffer.from(name).equals(other),
    );
    if (twin !== -1) this.names[connection] = Buffer.from(`${name}#${connection}`);
  }

  frame(direction: 'in' | 'out', connection: number, bytes: Uint8Array, start: number, end: number, binary: boolean): void {
    const kind = (direction === 'out' ? KIND_OUT : 0) | (binary ? KIND_BINARY : 0);
    this.push(kind, this.names[connection] ?? NO_BYTES, NO_BYTES, bytes, start, end);
  }

  answer(url: string, body: Uint8Array): void {
    this.push(KIND_HTTP, HTTP_NAME, Buffer.from(redactUrl(url)), body, 0, body.length);
  }

  reset(symbol: string): void {
    this.act(symbol, ACTIONS.reset, NO_BYTES);
  }
  state(symbol: string, state: number): void {
    this.act(symbol, ACTIONS.state, Buffer.from(String(state)));
  }
  snapshot(symbol: string): void {
    this.act(symbol, ACTIONS.snapshot, NO_BYTES);
  }
  again(symbol: string, frame: Uint8Array): void {
    this.act(symbol, ACTIONS.again, frame);
  }
  /** A book whose writer had died was emptied; its lock word is `version` since. */
  recovered(symbol: string, version: number): void {
    this.act(symbol, ACTIONS.recover, Buffer.from(String(version)));
  }

  private act(symbol: string, action: Uint8Array, payload: Uint8Array): void {
    this.push(KIND_BOOK, Buffer.from(symbol), action, payload, 0, payload.length);
  }

  private push(kind: number, conn: Uint8Array, url: Uint8Array, bytes: Uint8Array, start: number, end: number): void {
    const epochMs = Math.round(this.clock.epochUs()) / 1000;
    if (!this.ring.push(kind, epochMs, conn, url, bytes, start, end, this.receivedUs())) this.countDrop();
  }
}
