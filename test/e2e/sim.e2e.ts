// Goal: `tiercel sim` as a whole process: one line of JSON with every base URL and key, faults from a file and by command, a clean end,
// and one sentence for bad input.
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { VENUES } from '../../src/domain/venue.js';
import { TiercelProcess } from './process.js';

const folder = mkdtempSync(join(tmpdir(), 'tiercel-sim-'));

function fileOf(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

describe('tiercel sim', () => {
  it('prints one line of JSON, obeys its faults, and ends when asked', async () => {
    const faults = fileOf('faults.yaml', 'faults: [{ venues: [kraken], fault: { kind: rate-limit, retryAfterS: 9 } }]\n');
    const process = new TiercelProcess(['sim', '--json', '--symbols', '10', '--faults', faults, '--control']);
    const described = (await process.line(() => true)) as unknown as {
      venues: Record<string, Record<string, string | null>>;
      control: string;
    };
    expect(Object.keys(described.venues)).toEqual([...VENUES]);
    for (const venue of VENUES) {
      const keys = ['rest', 'wsPublic', 'wsPrivate', 'wsTrade', 'apiKey', 'secret', 'passphrase'];
      expect(Object.keys(described.venues[venue] ?? {})).toEqual(expect.arrayContaining(keys));
    }
    const time = `${described.venues['kraken']?.['rest']}/0/public/Time`;
    const limited = await fetch(time);
    expect([limited.status, limited.headers.get('retry-after')]).toEqual([429, '9']);
    expect((await fetch(`${described.control}/faults`, { method: 'DELETE' })).status).toBe(200);
    expect((await fetch(time)).status).toBe(200);
    process.child.kill('SIGTERM');
    expect(await process.ended).toBe(0);
    expect(process.output.trim().split('\n')).toHaveLength(1);
  });

  it.each([
    [['--faults', join(folder, 'none.yaml')], `cannot read ${join(folder, 'none.yaml')}`],
    [['--faults', fileOf('bad.yaml', 'faults: [{ fault: { kind: dorp } }]')], `${join(folder, 'bad.yaml')}: faults.0.fault.kind`],
    [['--symbols', '0'], 'simulation option symbols'],
  ])('says in one sentence what is wrong: %j', async (flags, sentence) => {
    const process = new TiercelProcess(['sim', ...flags]);
    expect(await process.ended).toBe(2);
    expect(process.output).toContain(sentence);
    expect(process.output.trim().split('\n')).toHaveLength(1);
  });
});
