import { parseUnits } from './decimal.js';
import { MalformedFrame } from './message.js';

/** A string, or a number; the second alternative never sees the inside of a string because the first one swallows it. */
const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?/g;

/**
 * A JSON value that still knows its numbers as they were written ("0.10000000", beyond what a double keeps). JSON.parse judges the
 * text; then every string gets an "s" and every number becomes a string with an "n" in front, and JSON.parse reads that.
 * Bytes are taken as Latin-1, so names keep their bytes and invalid UTF-8 inside a string is nobody's concern here.
 */
export class JsonNode {
  private constructor(private readonly value: unknown) {}

  /** @throws MalformedFrame when the bytes are no JSON */
  static parse(bytes: Uint8Array): JsonNode {
    const text = Buffer.from(bytes).toString('latin1');
    try {
      JSON.parse(text);
      return new JsonNode(JSON.parse(text.replace(TOKEN, (token) => (token[0] === '"' ? `"s${token.slice(1)}` : `"n${token}"`))));
    } catch {
      throw new MalformedFrame('no JSON');
    }
  }

  get isAbsent(): boolean {
    return this.value === undefined || this.value === null;
  }

  get isObject(): boolean {
    return typeof this.value === 'object' && this.value !== null && !Array.isArray(this.value);
  }

  get isArray(): boolean {
    return Array.isArray(this.value);
  }

  get isText(): boolean {
    return typeof this.value === 'string' && this.value[0] === 's';
  }

  get isTrue(): boolean {
    return this.value === true;
  }

  /** Member of an object; an absent node when there is none, or when this is no object. */
  get(key: string): JsonNode {
    return new JsonNode(this.isObject ? (this.value as Record<string, unknown>)[`s${key}`] : undefined);
  }

  /** Element of an array, counted from the end when negative; an absent node when there is none. */
  at(index: number): JsonNode {
    return new JsonNode(Array.isArray(this.value) ? (this.value as unknown[]).at(index) : undefined);
  }

  /** @throws MalformedFrame unless this is an array */
  items(): JsonNode[] {
    if (!Array.isArray(this.value)) throw new MalformedFrame('array expected');
    return (this.value as unknown[]).map((item) => new JsonNode(item));
  }

  /** @throws MalformedFrame unless this is a string */
  text(): string {
    if (!this.isText) throw new MalformedFrame('string expected');
    return (this.value as string).slice(1);
  }

  /** The string, or undefined for anything else. */
  maybeText(): string | undefined {
    return this.isText ? this.text() : undefined;
  }

  /** A number as it was written, bare or as a string. @throws MalformedFrame for anything else */
  token(): string {
    if (typeof this.value !== 'string') throw new MalformedFrame('number expected');
    return this.value.slice(1);
  }

  /** As `token`, but undefined for anything else. */
  maybeToken(): string | undefined {
    return typeof this.value === 'string' ? this.value.slice(1) : undefined;
  }

  /** A whole number from 0 to 2^53, bare or as a string. @throws MalformedFrame for anything else */
  integer(): number {
    const units = parseUnits(this.token(), 0);
    if (typeof units !== 'number' || units < 0) throw new MalformedFrame('whole number expected');
    return units;
  }

  /** As `integer`, but undefined when absent or null. */
  maybeInteger(): number | undefined {
    return this.isAbsent ? undefined : this.integer();
  }

  /** A plain double, for values that are no money. @throws MalformedFrame when it is no decimal */
  double(): number {
    const token = this.token();
    if (parseUnits(token, 0) === 'malformed') throw new MalformedFrame('number expected');
    return Number(token);
  }
}
