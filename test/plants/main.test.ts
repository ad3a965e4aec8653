// Goal: the command says what it is documented to say. Method: the built command is run.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const MAIN = join(import.meta.dirname, '../../build/test/plants/main.js');

function plants(...args: readonly string[]): { status: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], { encoding: 'utf8' });
  return { status, stdout, stderr };
}

describe('plants', () => {
  it('prints one line of figures', () => {
    const { status, stdout } = plants('--seeds', '2', '--seed', '5', '--json');
    expect(status).toBe(0);
    expect(stdout.trim().split('\n')).toHaveLength(1);
    const figures: Record<string, number> = JSON.parse(stdout);
    expect(Object.keys(figures)).toEqual([
      'seeds',
      'planted',
      'found',
      'foundRatio',
      'trapsPlanted',
      'trapsTaken',
      'profitErrorBpMax',
      'signalRecall',
      'signalFalseRatio',
    ]);
    expect(figures).toMatchObject({ seeds: 2, trapsTaken: 0 });
  });

  it('prints a summary for people', () => {
    const { status, stdout } = plants('--seeds', '1');
    expect(status).toBe(0);
    expect(stdout).toMatch(/^1 seeds in [\d.]+ s\nprofits +\d+ of \d+ found/m);
  });

  it('says in one sentence which argument cannot be used', () => {
    for (const args of [['--seeds', '0'], ['--seeds', 'many'], ['--seed', '-1'], ['--seed', '1.5'], ['--sed', '1'], ['1']]) {
      const { status, stdout, stderr } = plants(...args);
      expect(status, args.join(' ')).toBe(2);
      expect(stdout).toBe('');
      expect(stderr.trim().split('\n')).toHaveLength(1);
    }
  });
});
