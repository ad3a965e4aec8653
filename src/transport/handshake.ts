import { createHash } from 'node:crypto';
import { parseRetryAfterMs } from './retry-after.js';

/** An HTTP answer other than 101: the venue is there, but did not open a WebSocket. */
export interface HandshakeRefusal {
  readonly status: number;
  /** The wait that the venue asked for, with 429 and 418 for example. */
  readonly retryAfterMs: number | undefined;
  /** The beginning of the body, as text. */
  readonly body: string;
}

/** What the bytes received so far amount to. */
export type HandshakeOutcome =
  | { readonly kind: 'incomplete' }
  /** `next` is the index of the first byte after the header: frames may follow in the same chunk. */
  | { readonly kind: 'accepted'; readonly next: number }
  | { readonly kind: 'refused'; readonly text: string; readonly refusal: HandshakeRefusal }
  | { readonly kind: 'invalid'; readonly text: string };

const ACCEPT_SUFFIX = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const HEADER_BYTES_MAX = 16_384;
const BODY_BYTES_MAX = 512;
const HEADER_END = '\r\n\r\n';
const INCOMPLETE: HandshakeOutcome = { kind: 'incomplete' };

/** The request that opens a WebSocket. No extension is offered, so the server must not compress. */
export function handshakeRequest(url: URL, key: string, headers: Readonly<Record<string, string>>): string {
  const lines = [
    `GET ${url.pathname}${url.search} HTTP/1.1`,
    `Host: ${url.host}`,
    'Upgrade: websocket',
    'Connection: Upgrade',
    `Sec-WebSocket-Key: ${key}`,
    'Sec-WebSocket-Version: 13',
  ];
  for (const [name, value] of Object.entries(headers)) lines.push(`${name}: ${value}`);
  return lines.join('\r\n') + HEADER_END;
}

/** Collects and judges the server's answer to the opening request. */
export class HandshakeReader {
  private readonly held = Buffer.alloc(HEADER_BYTES_MAX + HEADER_END.length + BODY_BYTES_MAX);
  private heldBytes = 0;
  /** Where the body begins; -1 until the header is complete. */
  private bodyStart = -1;

  /** @param key the Sec-WebSocket-Key of the request */
  constructor(private readonly key: string) {}

  /** Takes the next bytes of the answer. Only an outcome other than `incomplete` ends the handshake. */
  push(bytes: Uint8Array, end: number): HandshakeOutcome {
    const before = this.heldBytes;
    const take = Math.min(end, this.held.length - before);
    this.held.set(bytes.subarray(0, take), before);
    this.heldBytes += take;
    if (this.bodyStart < 0) {
      const found = this.held.subarray(0, this.heldBytes).indexOf(HEADER_END, Math.max(0, before - 3), 'latin1');
      if (found > HEADER_BYTES_MAX || (found < 0 && this.heldBytes > HEADER_BYTES_MAX)) {
        return { kind: 'invalid', text: `the answer's header is longer than ${HEADER_BYTES_MAX} bytes` };
      }
      if (found < 0) return INCOMPLETE;
      this.bodyStart = found + HEADER_END.length;
    }
    return this.judge(this.bodyStart - before, false);
  }

  /** What the answer amounts to when no more of it will come. */
  finish(): HandshakeOutcome {
    return this.bodyStart < 0 ? INCOMPLETE : this.judge(0, true);
  }

  private judge(next: number, ended: boolean): HandshakeOutcome {
    const [statusLine = '', ...lines] = this.held.toString('latin1', 0, this.bodyStart - HEADER_END.length).split('\r\n');
    const status = /^HTTP\/1\.1 (\d{3})(?: |$)/.exec(statusLine)?.[1];
    if (status === undefined)
      return { kind: 'invalid', text: `no HTTP/1.1 status line: ${JSON.stringify(statusLine.slice(0, 80))}` };
    const headers = parseHeaders(lines);
    if (status !== '101') return this.refuse(statusLine.slice(9), Number(status), headers, ended);
    const fault = this.findFault(headers);
    return fault === undefined ? { kind: 'accepted', next } : { kind: 'invalid', text: fault };
  }

  private findFault(headers: ReadonlyMap<string, string>): string | undefined {
    if (headers.get('upgrade')?.toLowerCase() !== 'websocket') return 'the answer has no "Upgrade: websocket"';
    const connection = (headers.get('connection') ?? '').toLowerCase().split(/\s*,\s*/);
    if (!connection.includes('upgrade')) return 'the answer has no "Connection: Upgrade"';
    const accept = createHash('sha1')
      .update(this.key + ACCEPT_SUFFIX)
      .digest('base64');
    if (headers.get('sec-websocket-accept') !== accept) return 'Sec-WebSocket-Accept does not match the key sent';
    if (headers.has('sec-websocket-extensions')) return 'the server chose an extension, but none was offered';
    return undefined;
  }

  private refuse(title: string, status: number, headers: ReadonlyMap<string, string>, ended: boolean): HandshakeOutcome {
    // The body often tells why, and may come in a packet of its own. Without a length, its first bytes have to do.
    const length = headers.get('content-length') ?? '';
    const wanted = /^\d+$/.test(length) ? Math.min(Number(length), BODY_BYTES_MAX) : 1;
    if (!ended && this.heldBytes - this.bodyStart < wanted) return INCOMPLETE;
    const body = this.held.toString('utf8', this.bodyStart, Math.min(this.heldBytes, this.bodyStart + BODY_BYTES_MAX));
    const retryAfterMs = parseRetryAfterMs(headers.get('retry-after'), headers.get('date'));
    const text = `refused with HTTP ${title}${body === '' ? '' : `: ${JSON.stringify(body)}`}`;
    return { kind: 'refused', text, refusal: { status, retryAfterMs, body } };
  }
}

/** Names in lower case; values of a repeated header joined by commas, as RFC 9110 section 5.2 says. */
function parseHeaders(lines: readonly string[]): Map<string, string> {
  const headers = new Map<string, string>();
  for (const line of lines) {
    const colon = line.indexOf(':');
    if (colon < 1) continue;
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    const earlier = headers.get(name);
    headers.set(name, earlier === undefined ? value : `${earlier}, ${value}`);
  }
  return headers;
}
