// Goal: the examples run, and say what they promise. They are run as their readers run them: the built files, in a process.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { startOperatorServer } from '../src/ops/operator-server.js';
import { FakeBooks, fakeSnapshot, noControl } from './ops/fake-engine.js';

const run = promisify(execFile);
const example = (name: string): string => fileURLToPath(new URL(`../build/examples/${name}.js`, import.meta.url));

describe('examples', () => {
  it('decode-a-frame builds a book and prices an order through it', async () => {
    const { stdout } = await run(process.execPath, [example('decode-a-frame')]);
    expect(stdout).toContain('SYNCED 104');
    expect(stdout).toContain('asks [["3120.6","0.75"],["3121","2.25"]]');
    expect(stdout).toContain('bids [["3120.4","4"]]');
    expect(stdout).toContain('buying 1 ETH: filled at 3120.7 over 2 levels');
  });

  it('watch-opportunities prints what is open', async () => {
    const server = await startOperatorServer({ host: '127.0.0.1', port: 0, books: new FakeBooks(), control: noControl });
    const snapshot = fakeSnapshot(1);
    server.update(snapshot);
    const { stdout } = await run(process.execPath, [example('watch-opportunities'), `http://127.0.0.1:${server.port}`, '1']);
    server.close();
    const best = snapshot.opportunities.list[0];
    expect(stdout).toContain(`${best?.symbol}: ${best?.qty} from ${best?.buyVenue} at ${best?.buyPrice}`);
  });

  it.each([
    [
      'three-tier',
      ['detect: unconfirmed', 'plan: emit', 'intent, expected to leave 1.7607 USDT', 'mexc: to 50.00 ABC, limit 1.0056'],
    ],
    ['delta', ['entry: enter', 'holds 10 spot and -10 in the perpetual', 'exit: convergence', 'parameter-update {']],
    ['basis', ['entry: below-threshold', 'entry: enter', 'open ABCUSDT-PERP: from 0 to -50', 'exit: hold']],
    ['cross-futures', ['open gateio: from 0 to -1000 contracts of 0.01', 'allocated 5:', 'exit: converged']],
    ['hifa', ['signal: goes on', 'context: goes on', 'risk: goes on', 'plan: split', 'exit: timer', 'reduce only']],
  ])('%s decides, and says why', async (name, sentences) => {
    const { stdout } = await run(process.execPath, [example(name)]);
    for (const sentence of sentences) expect(stdout).toContain(sentence);
  });
});
