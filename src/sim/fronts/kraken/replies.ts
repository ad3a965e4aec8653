import { isoMicroseconds } from '../front.js';
import { quoted } from '../json-text.js';

/** Answers to the requests of one frame: they carry its method, its number, and when it came. */
export class Replies {
  private readonly id: string;
  private readonly times: string;

  /** @param requestId what the client sent as `req_id`, if anything */
  constructor(
    private readonly method: string,
    requestId: unknown,
    nowUs: number,
  ) {
    const time = isoMicroseconds(nowUs);
    this.id = requestId === undefined ? '' : `"req_id":${quoted(requestId)},`;
    this.times = `"time_in":"${time}","time_out":"${time}"`;
  }

  pong(): string {
    return `{"method":"pong",${this.id}${this.times}}`;
  }

  /** @param result JSON text */
  done(result: string): string {
    return `{"method":"${this.method}",${this.id}"result":${result},"success":true,${this.times}}`;
  }

  /** @param symbol what was refused, where it was one of several */
  refused(error: string, symbol?: string): string {
    const named = symbol === undefined ? '' : `"symbol":${quoted(symbol)},`;
    return `{"error":${quoted(error)},"method":${quoted(this.method)},${this.id}"success":false,${named}${this.times}}`;
  }
}
