// Goal: the recorder writes one row a second of what the books show, in the strategy's own doubles, keeps gaps, and knows which pair
// leads.
// Method: a market of two spot books and a perpetual whose books the test sets; the rows are held against the views of the turn.
import { describe, expect, it } from 'vitest';
import { STATE_GAP, STATE_SYNCED } from '../../assembly/memory/layout.js';
import { SpreadRecorder } from '../../src/engine/spread-recorder.js';
import { SpreadRingReader } from '../../src/market/spread-ring.js';
import { Rig } from '../../src/sim/lab/rig.js';

function market() {
  const rig = new Rig({
    rows: [
      [
        { venue: 'mexc', takerFeeBps: 0, qtyDecimals: 2 },
        { venue: 'binance', takerFeeBps: 0, qtyDecimals: 2 },
      ],
      [{ venue: 'gateio', market: 'futures', takerFeeBps: 0, qtyDecimals: 0, contractSize: '0.1' }],
    ],
    maxQuoteAgeUs: 2_000_000,
  });
  const futures = rig.book('gateio', 'futures');
  const spots = [rig.book('mexc'), rig.book('binance')];
  const thresholds = { entryThresholdPct: 0.5, exitThresholdPct: 0.1 };
  const recorder = new SpreadRecorder(
    spots.map((spot) => ({ spot, futures })),
    thresholds,
    10 / 3600,
  );
  const readers = recorder.series.map(({ buffer }) => new SpreadRingReader(buffer));
  /** Spot asks of both venues and the futures bid, then a turn. */
  const turn = (asks: readonly number[], futuresBid: number, afterUs: number): void => {
    rig.nowUs += afterUs;
    spots.forEach((spot, index) => {
      const ask = asks[index];
      if (ask !== undefined) rig.setBook(spot, [[(ask - 0.01).toFixed(4), '3']], [[ask.toFixed(4), '5.25']]);
    });
    rig.setBook(futures, [[futuresBid.toFixed(4), '40']], [[(futuresBid + 0.02).toFixed(4), '70']]);
    rig.turn(0);
    recorder.look(rig.market);
  };
  return { rig, spots, thresholds, recorder, readers, turn };
}

describe('the recorder of spreads', () => {
  it('writes a row with the first turn of a second, in quote and base assets', () => {
    const { rig, readers, turn } = market();
    turn([100, 100.1], 100.5, 0);
    turn([101, 101], 101, 400_000);
    turn([102, 102], 103, 700_000);
    const rows = readers[0]?.read();
    expect(rows?.tsUs.length).toBe(2);
    expect([...(rows?.tsUs ?? [])]).toEqual([1_000_000, 2_100_000].map((us) => us + rig.epochOffsetUs));
    expect([...(rows?.spotBidPrice ?? [])]).toEqual([99.99, 101.99]);
    expect([...(rows?.spotAskPrice ?? [])]).toEqual([100, 102]);
    expect([...(rows?.futBidPrice ?? [])]).toEqual([100.5, 103]);
    expect([...(rows?.futAskPrice ?? [])]).toEqual([100.52, 103.02]);
    expect([rows?.spotBidQty[0], rows?.spotAskQty[0], rows?.futBidQty[0], rows?.futAskQty[0]]).toEqual([3, 5.25, 4, 7]);
    expect([...(readers[1]?.read().spotAskPrice ?? [])]).toEqual([100.1, 102]);
  });

  it('keeps a gap where a book is stale or not synchronised, and where no turn was', () => {
    const { rig, spots, readers, turn } = market();
    turn([100, 100], 100.5, 0);
    turn([100], 100.5, 3_000_000);
    const [mexc] = spots;
    if (mexc === undefined) throw new Error('no book');
    rig.setState(mexc.book, STATE_GAP);
    rig.nowUs += 1_000_000;
    turn([], 100.5, 0);
    rig.setState(mexc.book, STATE_SYNCED);
    turn([100], 100.5, 1_000_000);
    const first = readers[0]?.read();
    const second = readers[1]?.read();
    expect([...(first?.spotAskPrice ?? [])]).toEqual([100, 100, Number.NaN, 100]);
    expect([...(first?.futBidPrice ?? [])]).toEqual([100.5, 100.5, 100.5, 100.5]);
    expect([...(second?.spotAskPrice ?? [])]).toEqual([100, Number.NaN, Number.NaN, Number.NaN]);
    const seconds = [...(first?.tsUs ?? [])].map((us) => (us - rig.epochOffsetUs) / 1_000_000);
    expect(seconds).toEqual([1, 4, 5, 6]);
  });

  it('names the pair that was the widest most often', () => {
    const { recorder, turn } = market();
    expect(recorder.leader).toBe(0);
    turn([101, 100], 100.5, 0);
    turn([100, 101], 100.5, 1_000_000);
    expect(recorder.leader).toBe(0);
    turn([101, 100], 100.5, 1_000_000);
    expect(recorder.leader).toBe(1);
  });

  it('writes down the thresholds of the moment', () => {
    const { thresholds, readers, turn } = market();
    turn([100, 100], 100.5, 0);
    thresholds.entryThresholdPct = 0.7;
    turn([100, 100], 100.5, 1_000_000);
    const rows = readers[1]?.read(10, ['entryThresholdPct', 'exitThresholdPct']);
    expect([...(rows?.entryThresholdPct ?? [])]).toEqual([0.5, 0.7]);
    expect([...(rows?.exitThresholdPct ?? [])]).toEqual([0.1, 0.1]);
  });

  it('keeps as many rows as the hours have seconds', () => {
    const { readers, turn } = market();
    for (let second = 0; second < 15; second++) turn([100 + second, 100], 120, 1_000_000);
    expect(readers[0]?.capacity).toBe(10);
    expect([...(readers[0]?.read().spotAskPrice ?? [])]).toEqual([105, 106, 107, 108, 109, 110, 111, 112, 113, 114]);
  });
});
