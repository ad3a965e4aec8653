import { InvalidInputError } from '../../domain/errors.js';
import type { UniverseFeed } from '../../market/universe.js';
import type { FeedProtocol } from '../../venues/contract.js';
import { payloadBytes } from './format.js';
import { readCapture } from './reader.js';

/**
 * What a venue listed when its feed was recorded.
 * @param files of the feed, in order
 * @throws InvalidInputError when the recording has no such list
 */
export async function recordedInstruments(protocol: FeedProtocol, files: readonly string[]): Promise<UniverseFeed> {
  return { protocol, instruments: protocol.instruments(await recordedAnswers(protocol, files)) };
}

async function recordedAnswers({ venue, market, metadataPaths }: FeedProtocol, files: readonly string[]): Promise<unknown[]> {
  const found = new Map<string, unknown>();
  for (const file of files) {
    for await (const { record } of readCapture(file)) {
      const path = record.kind === 'http' ? metadataPaths.find((known) => record.url?.endsWith(known)) : undefined;
      if (path !== undefined) found.set(path, JSON.parse(payloadBytes(record).toString('utf8')));
      if (found.size === metadataPaths.length) return metadataPaths.map((known) => found.get(known));
    }
  }
  throw new InvalidInputError(`the recording of ${venue} ${market} lacks the list of instruments`, { venue, market });
}
