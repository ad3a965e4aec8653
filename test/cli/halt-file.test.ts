// Goal: a stop outlives the process, whatever happens to its file: nothing but a person clears it.
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { HaltFile } from '../../src/cli/halt-file.js';
import { HaltLatch, type HaltRecord } from '../../src/risk/halt.js';

const folder = mkdtempSync(join(tmpdir(), 'tiercel-halt-'));
afterAll(() => rmSync(folder, { recursive: true }));

let files = 0;
const newFile = (): string => join(folder, `${files++}`, 'halt.json');

const STOP: HaltRecord = {
  level: 'everything',
  reasons: [
    { trigger: 'daily-loss', text: 'lost 104.2', epochUs: 1_795_000_000_000_000 },
    { trigger: 'manual', text: 'looking "into" it\n', epochUs: 1_795_000_000_000_001 },
  ],
};

describe('the file of a stop', () => {
  it('is nothing at first, then what was written last, for whoever reads it', () => {
    const file = newFile();
    expect(new HaltFile(file).load()).toBeNull();
    new HaltFile(file).save(STOP);
    expect(new HaltFile(file).load()).toEqual(STOP);
    new HaltFile(file).save(null);
    expect(new HaltFile(file).load()).toBeNull();
    expect(readdirSync(dirname(file))).toEqual(['halt.json']);
  });

  it('keeps the old stop when the new one cannot be written, and tells', () => {
    const file = newFile();
    const store = new HaltFile(file);
    store.save(STOP);
    mkdirSync(`${file}.next`);
    expect(() => store.save(null)).toThrow(/EISDIR/);
    expect(store.load()).toEqual(STOP);
  });

  it('is not confused by what an interrupted write left behind', () => {
    const file = newFile();
    const store = new HaltFile(file);
    store.save(STOP);
    writeFileSync(`${file}.next`, '{"format":1,"ha');
    expect(store.load()).toEqual(STOP);
    store.save(null);
    expect(store.load()).toBeNull();
    expect(existsSync(`${file}.next`)).toBe(false);
  });

  const good = { format: 1, halt: STOP };
  it.each([
    ['empty', ''],
    ['cut off', JSON.stringify(good).slice(0, -9)],
    ['null', 'null'],
    ['without the stop', '{"format":1}'],
    ['of another format', JSON.stringify({ ...good, format: 2 })],
    ['with a level that is none', JSON.stringify({ ...good, halt: { ...STOP, level: 'nothing' } })],
    ['without a reason', JSON.stringify({ ...good, halt: { ...STOP, reasons: [] } })],
    [
      'with a trigger that is none',
      JSON.stringify({ ...good, halt: { ...STOP, reasons: [{ ...STOP.reasons[0], trigger: '' }] } }),
    ],
    ['with more than was written', JSON.stringify({ ...good, cleared: true })],
  ])('that is %s stops everything until a person clears it', (_, text) => {
    const file = newFile();
    mkdirSync(dirname(file));
    writeFileSync(file, text);
    expect(() => new HaltFile(file).load()).toThrow(file);
    const latch = new HaltLatch(new HaltFile(file), 1);
    expect([latch.isHalted, latch.stopsClosing, latch.state?.reasons[0]?.trigger]).toEqual([true, true, 'unreadable-record']);
    expect(readFileSync(file, 'utf8')).toBe(text);
    latch.clear('anna', 2);
    expect(new HaltLatch(new HaltFile(file), 3).isHalted).toBe(false);
  });

  it('that cannot be read stops everything as well', () => {
    const file = newFile();
    mkdirSync(file, { recursive: true });
    expect(new HaltLatch(new HaltFile(file), 1).stopsClosing).toBe(true);
  });

  it('holds over restarts, each stop added to the others', () => {
    const file = newFile();
    new HaltLatch(new HaltFile(file), 1).stop('daily-loss', 'lost', 2);
    const second = new HaltLatch(new HaltFile(file), 3);
    expect([second.isHalted, second.stopsClosing]).toEqual([true, false]);
    second.stop('manual', 'by hand', 4);
    const third = new HaltLatch(new HaltFile(file), 5);
    expect(third.stopsClosing).toBe(true);
    expect(third.state?.reasons.map(({ trigger }) => trigger)).toEqual(['daily-loss', 'manual']);
    appendFileSync(file, 'x');
    expect(new HaltLatch(new HaltFile(file), 6).stopsClosing).toBe(true);
  });
});
