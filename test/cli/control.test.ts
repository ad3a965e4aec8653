// Goal: `tiercel stop`, `clear` and `status` do to a running engine what they say, and tell what went wrong in one sentence.
// Method: the commands' own functions against a real operator server; the compiled program for the exit code and the words.
import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { commandEngine, personAtTerminal } from '../../src/cli/control.js';
import { EXIT_BAD_INPUT, EXIT_FOUND_FAULT, EXIT_GOOD } from '../../src/cli/exit.js';
import { engineStatus } from '../../src/cli/status.js';
import { InvalidInputError } from '../../src/domain/errors.js';
import type { ControlAnswer, ControlRequest } from '../../src/ops/messages.js';
import { type OperatorServer, startOperatorServer } from '../../src/ops/operator-server.js';
import { FakeBooks, fakeSnapshot } from '../ops/fake-engine.js';
import { fakeTrading, haltedTrading } from '../ops/fake-trading.js';

let server: OperatorServer;
let url: string;
let asked: ControlRequest[];
let control: ControlAnswer | null;

beforeEach(async () => {
  asked = [];
  control = { ok: true, message: 'Trading is stopped; 3 open orders cancelled.' };
  server = await startOperatorServer({
    host: '127.0.0.1',
    port: 0,
    books: new FakeBooks(),
    control: async (request) => {
      asked.push(request);
      return control;
    },
  });
  url = `http://127.0.0.1:${server.port}`;
  server.update(fakeSnapshot(1, { trading: fakeTrading() }));
});
afterEach(() => server.close());

async function printed(command: (output: { write(text: string): void }) => Promise<number>): Promise<[number, string]> {
  let text = '';
  const code = await command({ write: (part) => (text += part) });
  return [code, text];
}

const STOP: ControlRequest = { kind: 'stop', reason: 'looks odd', by: 'anna' };
const tell = (request: ControlRequest) => printed((output) => commandEngine(url, request, output));
const status = (json = false) => printed((output) => engineStatus(url, json, output));

describe('stop and clear', () => {
  it('are carried out, and print what became of them', async () => {
    expect(await tell(STOP)).toEqual([EXIT_GOOD, 'Trading is stopped; 3 open orders cancelled.\n']);
    expect((await tell({ kind: 'clear', by: 'anna' }))[0]).toBe(EXIT_GOOD);
    expect(asked).toEqual([STOP, { kind: 'clear', by: 'anna' }]);
  });

  it('that are not carried out are exit code 1', async () => {
    control = { ok: false, message: 'Remove the file STOP first.' };
    expect(await tell({ kind: 'clear', by: 'anna' })).toEqual([EXIT_FOUND_FAULT, 'Remove the file STOP first.\n']);
    control = null;
    expect(await tell(STOP)).toEqual([
      EXIT_FOUND_FAULT,
      'The engine did not answer in time; whether it has done as told is not known.\n',
    ]);
  });

  it('that cannot be asked are bad input', async () => {
    await expect(tell({ ...STOP, reason: '' })).rejects.toThrow('reason must be a line of 1 to 500 characters.');
    server.update(fakeSnapshot(1));
    await expect(tell(STOP)).rejects.toThrow('Nothing is traded here: this run only watches.');
    expect(asked).toEqual([]);
  });

  it('are signed by whoever is logged in', () => {
    expect(personAtTerminal()).toMatch(/\S/);
  });
});

describe('where no engine is', () => {
  it.each([
    ['tiercel', '--url tiercel is no address such as http://127.0.0.1:8686'],
    ['ftp://127.0.0.1', '--url ftp://127.0.0.1 is no address such as http://127.0.0.1:8686'],
  ])('%s', async (address, sentence) => {
    url = address;
    await expect(tell(STOP)).rejects.toThrow(InvalidInputError);
    await expect(tell(STOP)).rejects.toThrow(sentence);
  });

  it('a port that nobody listens on', async () => {
    server.close();
    await expect(tell(STOP)).rejects.toThrow(`no engine answers at ${url}: ECONNREFUSED; --url names another`);
    await expect(status()).rejects.toThrow(InvalidInputError);
  });

  it.each([
    ['a page', 'text/html', '<html></html>'],
    ['something that takes everything', 'application/json', '{}'],
  ])('another server: %s', async (_, type, body) => {
    const other = createServer((__, response) => response.setHeader('Content-Type', type).end(body)).listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    url = `http://127.0.0.1:${(other.address() as AddressInfo).port}`;
    try {
      await expect(tell(STOP)).rejects.toThrow(/is no Tiercel engine/);
      await expect(status()).rejects.toThrow(InvalidInputError);
    } finally {
      other.close();
    }
  });
});

describe('status', () => {
  it('of an engine that trades is good', async () => {
    const [code, text] = await status();
    expect(code).toBe(EXIT_GOOD);
    expect(text.split('\n')).toEqual([
      'ready',
      'trading   paper, trading',
      'intents   420 emitted, 31 refused, 388 executed, 379 succeeded, 8 failed',
      'profit    three-tier 87.20214 USDT net, 1,804 fills',
      'profit    basis -3.8668 USDT net, 22 fills',
      'day       -41.25, stops at -100',
      'drawdown  1.2% of at most 10.0%',
      'exposure  2,680 of at most 3,000',
      'orders    2 open of at most 40',
      'unhedged  nothing',
      'holdings  38 compared, none differ',
      'ledger    5,123 entries',
      'to wire   p50 92.0 µs, p99 310.5 µs',
      '',
    ]);
  });

  it('of one that is stopped says why, and is exit code 1', async () => {
    server.update(fakeSnapshot(1, { trading: { ...haltedTrading(), haltPersisted: false } }));
    const [code, text] = await status();
    expect(code).toBe(EXIT_FOUND_FAULT);
    const lines = text.split('\n');
    expect(lines[0]).toBe('ready: Trading is halted: daily-loss: lost 104.2 of at most 100 USDT');
    expect(lines.slice(2, 5)).toEqual([
      'stopped   2026-11-18T11:07:41.000Z daily-loss: lost 104.2 of at most 100 USDT',
      'stopped   2026-11-18T11:08:15.000Z manual: looking into it (anna)',
      'stop      could not be written down and will not outlive the process',
    ]);
    expect(lines).toContain('unhedged  2.5 SOL for 4.2 s');
    expect(lines).toContain('holdings  38 compared, 1 differ');
  });

  it('of one that trades nothing, or has not begun', async () => {
    server.update(fakeSnapshot(1));
    expect(await status()).toEqual([EXIT_GOOD, 'ready\nNothing is traded here: this run only watches.\n']);
    server.update(fakeSnapshot(1, { ready: false }));
    expect((await status())[0]).toBe(EXIT_FOUND_FAULT);
  });

  it('as JSON is the whole report on one line', async () => {
    const [code, text] = await status(true);
    expect([code, JSON.parse(text)]).toEqual([EXIT_GOOD, { ready: true, message: '', trading: fakeTrading() }]);
    expect(text.trimEnd()).not.toContain('\n');
  });
});

describe('the program', () => {
  const program = fileURLToPath(new URL('../../build/src/cli/main.js', import.meta.url));

  function tiercel(...flags: string[]): Promise<[code: number | null, text: string, trouble: string]> {
    return new Promise((resolve) => {
      const child = execFile(process.execPath, [program, ...flags], (_, text, trouble) => {
        resolve([child.exitCode, text, trouble]);
      });
    });
  }

  it('has the three commands, with the exit codes of the others', { timeout: 60_000 }, async () => {
    expect(await tiercel('stop', '--reason', 'looks odd', '--url', url)).toEqual([EXIT_GOOD, `${control?.message}\n`, '']);
    expect(asked).toEqual([{ kind: 'stop', reason: 'looks odd', by: personAtTerminal() }]);
    control = { ok: false, message: 'Remove the file STOP first.' };
    expect(await tiercel('clear', '--url', url)).toEqual([EXIT_FOUND_FAULT, 'Remove the file STOP first.\n', '']);
    expect((await tiercel('status', '--url', url, '--json'))[0]).toBe(EXIT_GOOD);
    const [code, text, trouble] = await tiercel('status', '--url', 'nowhere');
    expect([code, text]).toEqual([EXIT_BAD_INPUT, '']);
    expect(trouble).toBe('tiercel: --url nowhere is no address such as http://127.0.0.1:8686\n');
  });
});
