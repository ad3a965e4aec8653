import { isObject } from './json.js';

/**
 * What a message says that it is: the channel, stream, type or event that it names, whatever its venue.
 * @param message the parsed payload
 * @returns "no name" when it names none
 */
export function channelOf(message: unknown): string {
  if (Array.isArray(message)) return named(message.at(-2));
  if (!isObject(message)) return named(undefined);
  const { stream, data } = message;
  // Binance names the symbol in front of the stream.
  if (typeof stream === 'string') return named(stream.slice(stream.indexOf('@') + 1));
  const inner = isObject(data) ? data['e'] : undefined;
  return named(
    ['channel', 'type', 'e', 'event', 'method'].map((key) => message[key]).find((name) => typeof name === 'string') ?? inner,
  );
}

function named(name: unknown): string {
  return typeof name === 'string' && name !== '' ? name : 'no name';
}
