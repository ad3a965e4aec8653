import { createHmac } from 'node:crypto';
import type { Clock } from '../../../domain/clock.js';
import type { Customer } from '../../access/venue-access.js';
import type { Connection } from '../connection.js';

/** How long a token may lie before it is used. */
export const TOKEN_SECONDS = 900;

interface Token {
  readonly customer: Customer;
  readonly expiresUs: number;
  /** Connections with a private subscription by it. */
  readonly users: Set<Connection>;
}

/** Session tokens: good for a quarter of an hour, and then as long as a connection with a private subscription by it lives. */
export class Tokens {
  private readonly byText = new Map<string, Token>();
  private issued = 0;

  constructor(private readonly clock: Clock) {}

  issue(customer: Customer): string {
    const text = createHmac('sha256', customer.key.secret)
      .update(`token:${++this.issued}`)
      .digest('base64');
    this.byText.set(text, { customer, expiresUs: this.clock.epochUs() + TOKEN_SECONDS * 1e6, users: new Set() });
    return text;
  }

  /** Whose token it is; undefined when it is none, or none any more. */
  find(text: unknown): Customer | undefined {
    const token = typeof text === 'string' ? this.byText.get(text) : undefined;
    return token !== undefined && this.isGood(token) ? token.customer : undefined;
  }

  /** A connection has subscribed by a token, and keeps it alive. */
  use(text: unknown, connection: Connection): void {
    if (typeof text === 'string') this.byText.get(text)?.users.add(connection);
  }

  closed(connection: Connection): void {
    for (const { users } of this.byText.values()) users.delete(connection);
  }

  /** Forgets those that are over. */
  everySecond(): void {
    for (const [text, token] of this.byText) if (!this.isGood(token)) this.byText.delete(text);
  }

  private isGood({ expiresUs, users }: Token): boolean {
    return users.size > 0 || this.clock.epochUs() < expiresUs;
  }
}
