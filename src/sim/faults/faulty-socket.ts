import type { VenueId } from '../../domain/venue.js';
import type { FrameNote, SocketPeer, SocketReceiver, SocketTraffic } from '../fronts/port.js';
import type { DelayLine } from './delay-line.js';
import type { Chance, Faults } from './faults.js';

/** Topics of books, by the names that the venues have for them. */
const BOOK_TOPIC = /depth|book(?!ticker)|level2|obu/i;
/** A frame that waits for its successor is sent after this, should none come. */
const REORDER_MS_MAX = 1_000;

/** What a connection with faults stands between, and by which rules. */
export interface FaultySocketParts {
  readonly venue: VenueId;
  readonly path: string;
  readonly peer: SocketPeer;
  readonly faults: Faults;
  readonly corrupt: (frame: string | Uint8Array) => string | Uint8Array | null;
  /** Towards the client, and from it. */
  readonly outbound: DelayLine;
  readonly inbound: DelayLine;
}

/** One connection between host and front, with faults both ways: a peer to the front, a receiver to the host. */
export class FaultySocket implements SocketPeer, SocketReceiver {
  private receiver: SocketReceiver | null = null;
  private ended = false;
  /** Sends the frame that waits for its successor. */
  private overtaken: (() => void) | null = null;
  /** While a message is processed whose answer will be lost. */
  private mute = false;

  constructor(
    private readonly parts: FaultySocketParts,
    private readonly onClosed: () => void,
  ) {}

  trafficOf(text: string | null): SocketTraffic {
    return this.receiver?.trafficOf(text) ?? 'ws-public';
  }

  /** Takes what the front made of the connection. */
  attach(receiver: SocketReceiver): void {
    this.receiver = receiver;
  }

  send(frame: string | Uint8Array, note: FrameNote): void {
    if (this.ended || (this.mute && note.topic === '' && note.traffic !== 'ws-private')) return;
    if (this.parts.faults.quiet && this.overtaken === null) {
      this.parts.outbound.push(0, () => this.parts.peer.send(frame, note));
      return;
    }
    const chance = this.chance(note.traffic, () => note.topic || text(frame));
    const swallowed =
      note.topic !== '' && BOOK_TOPIC.test(note.topic) && this.parts.faults.strike('sequence-gap', chance) !== null;
    if (swallowed || this.parts.faults.strike('drop', chance) !== null) return;
    const cut = this.parts.faults.strike('disconnect', chance);
    if (cut !== null) {
      this.parts.outbound.push(this.parts.faults.waitMs('latency', chance), () =>
        this.destroy(cut.at === 'mid-frame' ? frame : undefined),
      );
      return;
    }
    const wrong = this.parts.faults.has('bad-checksum') ? this.parts.corrupt(frame) : null;
    const struck = wrong !== null && this.parts.faults.strike('bad-checksum', chance) !== null;
    this.forward(struck ? wrong : frame, note, chance);
  }

  ping(payload: string): void {
    this.parts.outbound.push(0, () => this.parts.peer.ping(payload));
  }

  close(code: number, reason: string): void {
    this.parts.outbound.push(0, () => this.parts.peer.close(code, reason));
  }

  destroy(halfFrame?: string | Uint8Array): void {
    this.parts.outbound.clear();
    this.ended = true;
    this.parts.peer.destroy(halfFrame);
  }

  message(text: string): void {
    const chance = this.chance(this.trafficOf(text), () => text);
    if (this.parts.faults.quiet) {
      this.parts.inbound.push(0, () => this.receiver?.message(text));
      return;
    }
    this.parts.inbound.push(this.parts.faults.waitMs('latency', chance), () => this.process(text, chance));
  }

  pong(): void {
    this.receiver?.pong();
  }

  closed(): void {
    this.forget();
    this.onClosed();
    this.receiver?.closed();
  }

  /** Drops everything that waits. */
  forget(): void {
    this.ended = true;
    this.overtaken = null;
    this.parts.outbound.clear();
    this.parts.inbound.clear();
  }

  /** Ends the connection, if a rule for it strikes. */
  cutIfStruck(): void {
    if (this.parts.faults.strike('disconnect', this.chance(this.trafficOf(null))) !== null) this.destroy();
  }

  private process(text: string, chance: Chance): void {
    const lost = this.parts.faults.strike('lost-answer', chance);
    this.mute = lost !== null;
    this.receiver?.message(text);
    this.mute = false;
    if (lost !== null && lost.how !== 'timeout') this.destroy();
  }

  private forward(frame: string | Uint8Array, note: FrameNote, chance: Chance): void {
    const send = (): void => this.parts.peer.send(frame, note);
    const times = this.parts.faults.strike('duplicate', chance) === null ? 1 : 2;
    const waitMs = this.parts.faults.waitMs('latency', chance);
    const lateMs = this.parts.faults.waitMs('delay', chance);
    for (let sent = 0; sent < times; sent++) {
      if (lateMs > 0) this.parts.outbound.later(waitMs + lateMs, send);
      else if (this.overtaken === null && this.parts.faults.strike('reorder', chance) !== null) this.hold(send);
      else {
        this.parts.outbound.push(waitMs, send);
        this.release();
      }
    }
  }

  private hold(send: () => void): void {
    this.overtaken = send;
    this.parts.outbound.later(REORDER_MS_MAX, () => {
      if (this.overtaken === send) this.release();
    });
  }

  private release(): void {
    const held = this.overtaken;
    this.overtaken = null;
    if (held !== null) this.parts.outbound.push(0, held);
  }

  private chance(traffic: SocketTraffic, channel?: () => string): Chance {
    return { venue: this.parts.venue, traffic, path: this.parts.path, ...(channel && { channel }) };
  }
}

function text(frame: string | Uint8Array): string {
  return typeof frame === 'string' ? frame : Buffer.from(frame).toString('latin1');
}
