/** Takes what a FrameReader finds. Byte ranges are valid during the call only. */
export interface FrameHandler {
  /** A whole message. `bytes` is the chunk itself when the frame lay whole in it, the assembly buffer otherwise. */
  onMessage(bytes: Uint8Array, start: number, end: number, binary: boolean): void;
  onPing(bytes: Uint8Array, start: number, end: number): void;
  /** The peer's close frame; the reader has stopped. */
  onCloseFrame(code: number, text: string): void;
  /** The peer broke RFC 6455 or a bound; the reader has stopped. `code` is the close code to answer with. */
  onViolation(code: number, text: string): void;
}

export const OPCODE_CONTINUATION = 0;
export const OPCODE_TEXT = 1;
export const OPCODE_BINARY = 2;
export const OPCODE_CLOSE = 8;
export const OPCODE_PING = 9;
export const OPCODE_PONG = 10;

export const CONTROL_PAYLOAD_BYTES_MAX = 125;

export const CLOSE_PROTOCOL_ERROR = 1002;
export const CLOSE_NO_CODE = 1005;
export const CLOSE_TOO_BIG = 1009;

const FINAL = 0x80;
const RESERVED_BITS = 0x70;
const MASKED = 0x80;
const FINAL_TEXT = FINAL | OPCODE_TEXT;
const FINAL_BINARY = FINAL | OPCODE_BINARY;
/** A second header byte of 126 announces a length of 2 more bytes; one of 127 a length of 8. */
const LENGTH_16_BITS = 126;
const HEADER_BYTES_MAX = 10;
const ASSEMBLY_BYTES_MIN = 16_384;
/** Below this many bytes a loop copies faster than `set` with the view that it needs, and allocates nothing. */
const LOOP_COPY_BYTES_MAX = 1_024;

/**
 * The receiving half of a WebSocket client (RFC 6455, no extensions): takes chunks of any size and hands over messages.
 * An unfragmented message that lies whole in its chunk is handed over in place, without a copy and without an allocation.
 * Everything else (split frames, fragments, control frames) passes byte ranges through buffers that are kept for reuse; the
 * assembly buffer grows to the largest message so far, and never beyond `messageBytesMax`.
 *
 * Text is not checked for UTF-8: the kernel's decoders and JSON.parse judge the bytes themselves.
 */
export class FrameReader {
  private stopped = false;
  private readonly header = new Uint8Array(HEADER_BYTES_MAX);
  /** Header bytes held of the frame under way; 0 between frames. */
  private headerHeld = 0;
  private headerNeeded = 2;
  private headerDone = false;
  private payloadLeft = 0;
  /** Opcode of the message under way; OPCODE_CONTINUATION when there is none. */
  private messageOpcode = OPCODE_CONTINUATION;
  private assembly = new Uint8Array(0);
  private assembled = 0;
  private readonly control = new Uint8Array(CONTROL_PAYLOAD_BYTES_MAX);
  private controlHeld = 0;

  constructor(
    private readonly handler: FrameHandler,
    private readonly messageBytesMax: number,
  ) {}

  /** Ignores all further bytes, also those of the chunk being read. */
  stop(): void {
    this.stopped = true;
  }

  /** Reads the bytes from `start` to `end`, which may hold any number of frames and parts of frames. */
  push(bytes: Uint8Array, start: number, end: number): void {
    let at = start;
    while (at < end && !this.stopped) {
      if (this.headerHeld === 0 && this.messageOpcode === OPCODE_CONTINUATION && end - at >= 4) {
        const first = bytes[at] as number;
        if (first === FINAL_TEXT || first === FINAL_BINARY) {
          let length = bytes[at + 1] as number;
          let payload = at + 2;
          if (length === LENGTH_16_BITS) {
            length = ((bytes[at + 2] as number) << 8) | (bytes[at + 3] as number);
            payload = at + 4;
          } else if (length > LENGTH_16_BITS) {
            length = Number.MAX_SAFE_INTEGER; // a 64-bit length, or a masked frame: never in place
          }
          if (length <= end - payload && length <= this.messageBytesMax) {
            at = payload + length;
            this.handler.onMessage(bytes, payload, at, first === FINAL_BINARY);
            continue;
          }
        }
      }
      at = this.readPart(bytes, at, end);
    }
  }

  /** Reads what there is of one frame's header and payload through the reader's own buffers. Returns where it stopped. */
  private readPart(bytes: Uint8Array, start: number, end: number): number {
    let at = start;
    while (!this.headerDone) {
      if (at === end) return at;
      this.header[this.headerHeld++] = bytes[at++] as number;
      if (this.headerHeld === 2 && !this.checkStart()) return at;
      if (this.headerHeld === this.headerNeeded && !this.beginPayload()) return at;
    }
    const take = Math.min(end - at, this.payloadLeft);
    if (this.isControl()) {
      copyBytes(bytes, at, take, this.control, this.controlHeld);
      this.controlHeld += take;
    } else {
      copyBytes(bytes, at, take, this.assembly, this.assembled);
      this.assembled += take;
    }
    this.payloadLeft -= take;
    if (this.payloadLeft === 0) this.finishFrame();
    return at + take;
  }

  private isControl(): boolean {
    return ((this.header[0] as number) & OPCODE_CLOSE) !== 0;
  }

  /** Judges the first two bytes of a frame, so that a peer that breaks the protocol is not waited for. */
  private checkStart(): boolean {
    const first = this.header[0] as number;
    const second = this.header[1] as number;
    const opcode = first & 0x0f;
    if ((first & RESERVED_BITS) !== 0) return this.fail('a reserved bit is set, though no extension was agreed on');
    if (opcode > OPCODE_PONG || (opcode > OPCODE_BINARY && opcode < OPCODE_CLOSE)) return this.fail(`unknown opcode ${opcode}`);
    if ((second & MASKED) !== 0) return this.fail('the server masked a frame');
    if (opcode >= OPCODE_CLOSE) {
      if ((first & FINAL) === 0) return this.fail('a control frame is fragmented');
      if (second > CONTROL_PAYLOAD_BYTES_MAX) return this.fail('a control frame is longer than 125 bytes');
    } else if (opcode === OPCODE_CONTINUATION) {
      if (this.messageOpcode === OPCODE_CONTINUATION) return this.fail('a continuation frame without a message');
    } else if (this.messageOpcode !== OPCODE_CONTINUATION) {
      return this.fail('a new message before the last one was complete');
    }
    this.headerNeeded = second < LENGTH_16_BITS ? 2 : second === LENGTH_16_BITS ? 4 : HEADER_BYTES_MAX;
    return true;
  }

  /** Takes the length from the complete header and makes room for the payload. */
  private beginPayload(): boolean {
    const length = this.payloadLength();
    if (length < 0) return this.fail('a 64-bit length with its highest bit set');
    if (!this.isControl()) {
      const total = this.assembled + length;
      if (total > this.messageBytesMax) {
        return this.fail(`a message of at least ${total} bytes, the limit is ${this.messageBytesMax}`, CLOSE_TOO_BIG);
      }
      this.growAssembly(total);
      const opcode = (this.header[0] as number) & 0x0f;
      if (opcode !== OPCODE_CONTINUATION) this.messageOpcode = opcode;
    }
    this.payloadLeft = length;
    this.headerDone = true;
    return true;
  }

  /** Negative when the highest bit of a 64-bit length is set. Past 2^53 it is rounded, which no bound on messages can notice. */
  private payloadLength(): number {
    const header = this.header;
    if (this.headerNeeded === 2) return header[1] as number;
    if (this.headerNeeded === 4) return ((header[2] as number) << 8) | (header[3] as number);
    let length = (header[2] as number) >= 0x80 ? -1 : 0;
    for (let i = 2; i < HEADER_BYTES_MAX; i++) length = length * 256 + (header[i] as number);
    return length;
  }

  private growAssembly(bytesNeeded: number): void {
    if (bytesNeeded <= this.assembly.length) return;
    const roomier = Math.max(bytesNeeded, 2 * this.assembly.length, ASSEMBLY_BYTES_MIN);
    const grown = new Uint8Array(Math.max(bytesNeeded, Math.min(roomier, this.messageBytesMax)));
    grown.set(this.assembly.subarray(0, this.assembled));
    this.assembly = grown;
  }

  /** Hands over what the frame completed. The state is settled before the handler is called, which may call back. */
  private finishFrame(): void {
    const first = this.header[0] as number;
    this.headerHeld = 0;
    this.headerNeeded = 2;
    this.headerDone = false;
    if (this.isControl()) {
      const length = this.controlHeld;
      this.controlHeld = 0;
      this.finishControl(first & 0x0f, length);
    } else if ((first & FINAL) !== 0) {
      const length = this.assembled;
      const binary = this.messageOpcode === OPCODE_BINARY;
      this.assembled = 0;
      this.messageOpcode = OPCODE_CONTINUATION;
      this.handler.onMessage(this.assembly, 0, length, binary);
    }
  }

  private finishControl(opcode: number, length: number): void {
    const payload = this.control;
    if (opcode === OPCODE_PING) {
      this.handler.onPing(payload, 0, length);
    } else if (opcode === OPCODE_CLOSE) {
      const code = length === 0 ? CLOSE_NO_CODE : ((payload[0] as number) << 8) | (payload[1] as number);
      if (length === 1 || (length > 0 && !isCloseCode(code))) {
        this.fail('a close frame without a valid code');
        return;
      }
      this.stopped = true;
      this.handler.onCloseFrame(code, new TextDecoder().decode(payload.subarray(2, Math.max(2, length))));
    }
  }

  private fail(text: string, code = CLOSE_PROTOCOL_ERROR): false {
    this.stopped = true;
    this.handler.onViolation(code, text);
    return false;
  }
}

/** Whether a close frame may carry this code (RFC 6455 section 7.4, and the codes registered since). */
export function isCloseCode(code: number): boolean {
  if (code >= 3000 && code <= 4999) return true;
  return code >= 1000 && code <= 1014 && !(code >= 1004 && code <= 1006);
}

function copyBytes(source: Uint8Array, start: number, count: number, target: Uint8Array, at: number): void {
  if (count > LOOP_COPY_BYTES_MAX) target.set(source.subarray(start, start + count), at);
  else for (let i = 0; i < count; i++) target[at + i] = source[start + i] as number;
}
