import type { Socket } from 'node:net';
import { CONTROL_PAYLOAD_BYTES_MAX, OPCODE_PONG } from './frame-reader.js';
import { CONTROL_FRAME_BYTES_MAX, encodeControl, type RandomBytes } from './frame-writer.js';

/**
 * Answers pings from one reused frame. While that one waits to be sent, only the latest ping is remembered, as RFC 6455 section 5.5.3
 * allows: a peer that pings without end and reads nothing costs no memory.
 */
export class PongSender {
  private readonly frame = new Uint8Array(CONTROL_FRAME_BYTES_MAX);
  private readonly latest = new Uint8Array(CONTROL_PAYLOAD_BYTES_MAX);
  private latestBytes = 0;
  private waiting = false;
  private busy = false;

  send(socket: Socket, bytes: Uint8Array, start: number, end: number, randomBytes: RandomBytes): void {
    this.latestBytes = end - start;
    for (let i = 0; i < this.latestBytes; i++) this.latest[i] = bytes[start + i] as number;
    this.waiting = true;
    if (!this.busy) this.flush(socket, randomBytes);
  }

  private flush(socket: Socket, randomBytes: RandomBytes): void {
    this.waiting = false;
    this.busy = true;
    const length = encodeControl(this.frame, OPCODE_PONG, this.latest, this.latestBytes, randomBytes);
    socket.write(this.frame.subarray(0, length), (error) => {
      this.busy = false;
      if (this.waiting && !error && socket.writable) this.flush(socket, randomBytes);
    });
  }
}
