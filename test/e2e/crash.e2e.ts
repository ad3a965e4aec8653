// Goal: whatever kills an engine, the next one finds everything as it is: nothing lost, nothing doubled, and no order before that.
// Method: a few points of `npm run crash`, of different kinds, with real processes; their comparison is made by test/crash/check.ts.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { CrashFigures } from '../crash/report.js';

const MAIN = fileURLToPath(new URL('../../build/test/crash/main.js', import.meta.url));
const KINDS = ['journal step', 'recovery step', 'first start', 'full disk', 'feed worker', 'venues and engine'];

function crash(args: readonly string[]): Promise<{ readonly code: number; readonly output: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [MAIN, ...args], (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), output: stdout + stderr }),
    );
  });
}

describe('npm run crash', () => {
  it('kills engines in six ways, and loses and doubles nothing', async () => {
    const args = ['--points', String(KINDS.length), '--seed', '4', '--kinds', KINDS.join(','), '--ready-ms', '30000', '--json'];
    const { code, output } = await crash(args);
    const figures = JSON.parse(output) as CrashFigures;
    expect(figures.failures).toEqual([]);
    expect(figures).toMatchObject({ points: KINDS.length, passed: KINDS.length, late: 0 });
    expect(figures.kinds.map(({ kind }) => kind).sort()).toEqual([...KINDS].sort());
    expect(figures.fills).toBeGreaterThan(0);
    expect(figures.recoveryMs?.max).toBeGreaterThan(0);
    expect(code).toBe(0);
  }, 300_000);

  it('says so when an engine is ready too late, and leaves a failed point to be looked at', async () => {
    const late = await crash(['--points', '1', '--seed', '4', '--kinds', 'under load', '--ready-ms', '1', '--json']);
    const figures = JSON.parse(late.output) as CrashFigures;
    expect(figures).toMatchObject({ points: 1, passed: 1, late: 1 });
    expect(late.code).toBe(1);
    for (const { folder } of figures.failures) expect(existsSync(folder)).toBe(true);
  });

  it('takes no kind that there is not', async () => {
    expect(await crash(['--kinds', 'earthquake'])).toMatchObject({ code: 2, output: expect.stringContaining('earthquake') });
  });
});
