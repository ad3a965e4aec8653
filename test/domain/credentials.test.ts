import { inspect } from 'node:util';
import { expect, it } from 'vitest';
import { Credentials } from '../../src/domain/credentials.js';

it('shows its texts to no log line, JSON or inspection', () => {
  const credentials = new Credentials('key-abc', 'secret-def', 'pass-ghi');
  const shown = [
    String(credentials),
    JSON.stringify({ credentials }),
    inspect(credentials, { depth: 9, showHidden: true }),
    inspect({ nested: { credentials } }, { depth: 9 }),
    JSON.stringify(Object.entries(credentials)),
  ].join('\n');
  for (const text of ['key-abc', 'secret-def', 'pass-ghi']) expect(shown).not.toContain(text);
  expect([credentials.apiKey(), credentials.secret(), credentials.passphrase()]).toEqual(['key-abc', 'secret-def', 'pass-ghi']);
});
