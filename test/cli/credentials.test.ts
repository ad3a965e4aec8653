import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadCredentials } from '../../src/cli/credentials.js';

const folder = mkdtempSync(join(tmpdir(), 'tiercel-keys-'));
afterAll(() => rmSync(folder, { recursive: true }));

let files = 0;
function keysFile(text: string, mode = 0o600): string {
  const path = join(folder, `keys-${files++}.yaml`);
  writeFileSync(path, text);
  chmodSync(path, mode);
  return path;
}

const GOOD =
  'binance: { apiKey: key-1, secret: hidden-1 }\ncoinbase: { apiKey: key-2, secret: hidden-2, passphrase: hidden-3 }\n';

describe('the keys of the accounts', () => {
  it('come from a file that only its owner can read', () => {
    const keys = loadCredentials({}, keysFile(GOOD));
    expect([...keys.keys()]).toEqual(['binance', 'coinbase']);
    expect(keys.get('coinbase')?.passphrase()).toBe('hidden-3');
  });

  it('are refused from a file that others can read or write', () => {
    for (const mode of [0o640, 0o604, 0o620, 0o644, 0o666]) {
      expect(() => loadCredentials({}, keysFile(GOOD, mode))).toThrow(/chmod 600/);
    }
  });

  it('come from the environment, which wins, and are taken out of it', () => {
    const environment = {
      TIERCEL_KEYS_FILE: keysFile(GOOD),
      TIERCEL_BINANCE_API_KEY: 'key-9',
      TIERCEL_BINANCE_SECRET: 'hidden-9',
      PATH: '/bin',
    };
    const keys = loadCredentials(environment);
    expect(keys.get('binance')?.apiKey()).toBe('key-9');
    expect(keys.get('coinbase')?.apiKey()).toBe('key-2');
    expect(Object.keys(environment)).toEqual(['TIERCEL_KEYS_FILE', 'PATH']);
  });

  it('are refused in half, naming what is missing', () => {
    expect(() => loadCredentials({ TIERCEL_MEXC_API_KEY: 'key-1' })).toThrow('TIERCEL_MEXC_SECRET is missing');
    expect(() => loadCredentials({ TIERCEL_MEXC_SECRET: 'hidden-1' })).toThrow('TIERCEL_MEXC_API_KEY is missing');
  });

  it('show nothing of themselves in errors', () => {
    for (const text of [
      'binance: hidden-1',
      'binance: { apiKey: hidden-1 ',
      'mars: { apiKey: hidden-1, secret: hidden-1 }',
      'hidden-1',
    ]) {
      const path = keysFile(text);
      let message = '';
      try {
        loadCredentials({}, path);
      } catch (error) {
        message = `${String(error)} ${JSON.stringify(error)}`;
      }
      expect(message).toContain(path);
      expect(message).not.toContain('hidden-1');
    }
  });
});
