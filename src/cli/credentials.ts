import { readFileSync, statSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import { Credentials } from '../domain/credentials.js';
import { InvalidInputError } from '../domain/errors.js';
import { VENUES, type VenueId } from '../domain/venue.js';

const Keys = z.partialRecord(
  z.enum(VENUES),
  z.strictObject({ apiKey: z.string().min(1), secret: z.string().min(1), passphrase: z.string().default('') }),
);

/** The variable that names a file with keys, and the ending of those that hold one text each: TIERCEL_BINANCE_API_KEY. */
const FILE_VARIABLE = 'TIERCEL_KEYS_FILE';
const variable = (venue: VenueId, what: string): string => `TIERCEL_${venue.toUpperCase()}_${what}`;

/**
 * The keys of the accounts: from the file that is given or named by TIERCEL_KEYS_FILE, and from the environment, which wins. What was
 * read is taken out of `environment`, so that no child process inherits it.
 * @throws InvalidInputError when the file can be read by others than its owner, or is not as expected; the message shows no key
 */
export function loadCredentials(environment: NodeJS.ProcessEnv, file?: string): ReadonlyMap<VenueId, Credentials> {
  const path = file ?? environment[FILE_VARIABLE];
  const found = path === undefined ? new Map<VenueId, Credentials>() : readKeysFile(path);
  for (const venue of VENUES) {
    const [apiKey, secret, passphrase] = ['API_KEY', 'SECRET', 'PASSPHRASE'].map((what) =>
      take(environment, variable(venue, what)),
    );
    if (apiKey === undefined && secret === undefined) continue;
    if (apiKey === undefined || secret === undefined) {
      const missing = variable(venue, apiKey === undefined ? 'API_KEY' : 'SECRET');
      throw new InvalidInputError(`${missing} is missing: a key pair needs both`, { venue });
    }
    found.set(venue, new Credentials(apiKey, secret, passphrase));
  }
  return found;
}

function take(environment: NodeJS.ProcessEnv, name: string): string | undefined {
  const text = environment[name];
  delete environment[name];
  return text === '' ? undefined : text;
}

function readKeysFile(path: string): Map<VenueId, Credentials> {
  let mode: number;
  let owner: number;
  let text: string;
  try {
    ({ mode, uid: owner } = statSync(path));
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw new InvalidInputError(`the keys file ${path} cannot be read`, { path }, { cause });
  }
  if ((mode & 0o077) !== 0 || (process.getuid !== undefined && owner !== process.getuid())) {
    throw new InvalidInputError(`the keys file ${path} must belong to you and be closed to all others: chmod 600 ${path}`, {
      path,
    });
  }
  // Neither the parser's nor the schema's own message is told: both may quote what they stumbled over.
  const parsed = Keys.safeParse(parseQuietly(text));
  if (parsed.success) {
    return new Map(Object.entries(parsed.data).map(([venue, keys]) => [venue as VenueId, credentialsOf(keys)]));
  }
  const at = parsed.error.issues[0]?.path.join('.') ?? '';
  throw new InvalidInputError(
    `the keys file ${path} cannot be used${at === '' ? '' : ` at ${at}`}: expected venue: { apiKey, secret, passphrase }`,
    { path },
  );
}

function credentialsOf({ apiKey, secret, passphrase }: { apiKey: string; secret: string; passphrase: string }): Credentials {
  return new Credentials(apiKey, secret, passphrase);
}

function parseQuietly(text: string): unknown {
  try {
    return parse(text);
  } catch {
    return undefined;
  }
}
