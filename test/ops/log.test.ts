// Goal: JSON lines by default, readable ones on request, and no credential in either.
import { expect, test } from 'vitest';
import { InvalidInputError } from '../../src/domain/errors.js';
import { createLogger, type LogOptions } from '../../src/ops/log.js';
import { LogTail } from '../../src/ops/log-tail.js';

function capture(options: LogOptions = {}) {
  const lines: string[] = [];
  return { lines, log: createLogger({ ...options, output: { write: (line) => lines.push(line) } }) };
}

test('one JSON object a line, with level names, times and the bindings of child loggers', () => {
  const { lines, log } = capture();
  log.child({ component: 'feed', venue: 'kraken' }).warn({ expected: 42, actual: 44 }, 'Sequence gap, resynchronizing');
  log.debug('not at this level');
  expect(lines).toHaveLength(1);
  const { time, ...rest } = JSON.parse(lines[0] ?? '') as Record<string, unknown>;
  expect(time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  expect(rest).toEqual({
    level: 'warn',
    component: 'feed',
    venue: 'kraken',
    expected: 42,
    actual: 44,
    msg: 'Sequence gap, resynchronizing',
  });
});

test('credentials are taken out at any depth, of bindings, errors, headers and queries', () => {
  const { lines, log } = capture();
  const error = new InvalidInputError('refused', { request: { headers: { 'X-MBX-APIKEY': 'hush-1', SIGN: 'hush-2' } } });
  log.child({ apiKey: 'hush-3' }).error({ err: error, a: { b: { c: { d: { apiSecret: 'hush"-4\\' } } } } }, 'refused');
  log.info({ url: 'https://api.example/order?symbol=BTCUSDT&signature=hush5&recvWindow=5000' }, 'sent');
  log.info({ passphrase: 'hush-6', symbol: 'BTCUSDT' }, 'opened');
  expect(lines.join('')).not.toContain('hush');
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ apiKey: '[redacted]', a: { b: { c: { d: { apiSecret: '[redacted]' } } } } });
  expect(lines[1]).toContain('symbol=BTCUSDT&signature=[redacted]&recvWindow=5000');
  expect(lines[2]).toContain('"symbol":"BTCUSDT"');
});

test('pretty lines are for people', () => {
  const { lines, log } = capture({ pretty: true });
  log.info({ venue: 'mexc', token: 'hush' }, 'Connected');
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(/^\[\d\d:\d\d:\d\d\.\d{3}\].*INFO.*: .*Connected.*"venue":"mexc"/);
  expect(lines[0]).not.toContain('hush');
});

test('the tail keeps the last lines for the terminal view and hands all of them on', () => {
  const { lines } = capture();
  const tail = new LogTail(2, { write: (line) => lines.push(line) });
  const log = createLogger({ output: tail });
  for (const name of ['one', 'two', 'three']) log.info(name);
  expect(tail.lines().map((line) => line.replace(/^.*INFO: /, ''))).toEqual(['two', 'three']);
  expect(lines).toHaveLength(3);
});
