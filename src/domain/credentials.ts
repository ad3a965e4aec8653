import { inspect } from 'node:util';

/**
 * The keys of an account at a venue. The texts are private fields, so that no log line, error context, JSON or inspection of an
 * object that holds them can show them.
 */
export class Credentials {
  readonly #apiKey: string;
  readonly #secret: string;
  readonly #passphrase: string;

  /** @param passphrase empty where the venue has none */
  constructor(apiKey: string, secret: string, passphrase = '') {
    this.#apiKey = apiKey;
    this.#secret = secret;
    this.#passphrase = passphrase;
  }

  apiKey(): string {
    return this.#apiKey;
  }

  secret(): string {
    return this.#secret;
  }

  passphrase(): string {
    return this.#passphrase;
  }

  toString(): string {
    return '[credentials]';
  }

  toJSON(): string {
    return '[credentials]';
  }

  [inspect.custom](): string {
    return '[credentials]';
  }
}
