import { Decimal, isOnGrid } from '../domain/decimal.js';
import { VenueRequestError } from '../domain/errors.js';
import { KLINE_INTERVAL_MS, type Kline } from '../domain/market-data.js';
import type { AcceptanceCase } from './case.js';
import { demand, NotApplicable, present, Shortfall } from './demand.js';
import { LocalFeed } from './local-feed.js';
import type { Subject } from './subject.js';

const SYNC_WITHIN_MS = 60_000;
const COMPARE_WITHIN_MS = 30_000;
const COMPARED_LEVELS = 10;
/** How long the stream is watched before and after a REST answer. */
const AROUND_MS = 150;
const KLINES = 30;
const DAY_MS = 86_400_000;

/** What the venue tells everybody. */
export const DATA_CASES: readonly AcceptanceCase[] = [
  {
    id: 'D-01',
    title: 'Metadata: every instrument has grids, minimums and names that fit together',
    async run(subject) {
      const all = await subject.gateway.loadInstruments();
      demand(all.length > 0, 'no instrument was read');
      demand(new Set(all.map(({ symbol }) => symbol)).size === all.length, 'two instruments have the same symbol');
      for (const { symbol, rules, contractSize, contract, market } of all) {
        demand(new Decimal(rules.tickSize).gt(0), `${symbol}: tick size ${rules.tickSize}`);
        demand(new Decimal(rules.lotSize).gt(0), `${symbol}: lot size ${rules.lotSize}`);
        demand(new Decimal(contractSize).gt(0), `${symbol}: contract size ${contractSize}`);
        demand(!new Decimal(rules.minQty).lt(0) && !new Decimal(rules.minQuoteAmount).lt(0), `${symbol}: negative minimum`);
        demand(
          (market === 'futures') === (contract !== null),
          `${symbol}: a ${market} instrument ${contract === null ? 'without' : 'with'} a contract`,
        );
      }
      return `${all.length} instruments`;
    },
  },
  {
    id: 'D-02',
    title: 'Server time: the offset is known with its error bound, and a second reading agrees',
    async run({ gateway }) {
      const { offsetMs, errorMs } = gateway.clockFigures();
      demand(Number.isFinite(errorMs), 'the clock was not measured');
      const before = gateway.venueMs();
      const told = await gateway.serverTime();
      const after = gateway.venueMs();
      const slackMs = errorMs + 1_000;
      demand(
        told >= before - slackMs && told <= after + slackMs,
        `${told} is not between ${before} and ${after} within ${slackMs} ms`,
      );
      return `offset ${offsetMs.toFixed(1)} ms, known within ${errorMs.toFixed(1)} ms`;
    },
  },
  {
    id: 'D-03',
    title: 'REST book: both sides sorted, not crossed, on the grid of prices',
    async run(subject) {
      const { bids, asks } = await subject.book();
      const { tickSize } = subject.instrument.rules;
      for (const [side, levels, sign] of [
        ['bids', bids, -1],
        ['asks', asks, 1],
      ] as const) {
        demand(levels.length > 0, `no ${side}`);
        levels.forEach(([price, quantity], index) => {
          demand(isOnGrid(price, tickSize), `${side}: ${price} is no multiple of ${tickSize}`);
          demand(new Decimal(quantity).gt(0), `${side}: quantity ${quantity} at ${price}`);
          const before = levels[index - 1];
          demand(before === undefined || new Decimal(price).cmp(before[0]) === sign, `${side} are not sorted at ${price}`);
        });
      }
      const [bid, ask] = [present(bids[0], 'no bids')[0], present(asks[0], 'no asks')[0]];
      demand(new Decimal(bid).lt(ask), `crossed: ${bid} and ${ask}`);
      return `${bid} / ${ask}, ${bids.length} and ${asks.length} levels`;
    },
  },
  {
    id: 'D-04',
    title: 'Tickers: every instrument once, with a price and a 24 h volume',
    async run(subject) {
      const tickers = await subject.gateway.tickers();
      demand(new Set(tickers.map(({ symbol }) => symbol)).size === tickers.length, 'a symbol comes twice');
      const { symbol } = subject.instrument;
      const own = present(
        tickers.find((ticker) => ticker.symbol === symbol),
        `no ticker of ${symbol}`,
      );
      demand(new Decimal(own.last).gt(0), `last price ${own.last}`);
      demand(own.quoteVolume24h === null || !new Decimal(own.quoteVolume24h).lt(0), `volume ${own.quoteVolume24h}`);
      return `${tickers.length} tickers, ${symbol} at ${own.last}`;
    },
  },
  {
    id: 'D-05',
    title: 'Klines: batches join without gap or repetition, high and low enclose open and close',
    async run({ gateway, instrument }) {
      const stepMs = KLINE_INTERVAL_MS['1m'];
      const toMs = Math.floor(gateway.venueMs() / stepMs) * stepMs;
      const fromMs = toMs - KLINES * stepMs;
      const klines: Kline[] = [];
      for await (const batch of gateway.klines(instrument.symbol, '1m', fromMs, toMs)) klines.push(...batch.klines);
      demand(klines.length > 0, 'no klines');
      klines.forEach(({ openMs, open, high, low, close }, index) => {
        demand(openMs >= fromMs && openMs < toMs && openMs % stepMs === 0, `a kline that opens at ${openMs}`);
        const before = klines[index - 1];
        // A minute without a trade may be missing at some venues; none may come twice or out of order.
        demand(before === undefined || openMs > before.openMs, `klines out of order at ${openMs}`);
        demand(
          Decimal.max(open, close).lte(high) && Decimal.min(open, close).gte(low),
          `${open} ${high} ${low} ${close} at ${openMs}`,
        );
      });
      return `${klines.length} of ${KLINES} minutes`;
    },
  },
  {
    id: 'D-06',
    title: 'The streamed book is synchronised and equals the REST book of the same state',
    async run(subject) {
      const feed = openFeed(subject);
      try {
        const { symbol } = subject.instrument;
        const view = await feed.synced(symbol, SYNC_WITHIN_MS);
        demand(new Decimal(view.bids[0]?.[0] ?? 0).lt(view.asks[0]?.[0] ?? 0), 'the synchronised book is crossed');
        return await compare(subject, feed);
      } finally {
        await feed.stop();
      }
    },
  },
  {
    id: 'D-07',
    title: 'A cut connection is noticed, and the book is synchronised again',
    async run(subject) {
      const feed = openFeed(subject);
      try {
        const { symbol } = subject.instrument;
        await feed.synced(symbol, SYNC_WITHIN_MS);
        feed.cutConnections();
        await feed.when(symbol, 1, ({ state }) => state !== 'SYNCED', COMPARE_WITHIN_MS);
        const view = await feed.synced(symbol, SYNC_WITHIN_MS);
        return `synchronised again at sequence ${view.sequence}`;
      } finally {
        await feed.stop();
      }
    },
  },
  {
    id: 'D-08',
    title: 'An instrument that does not exist is refused as unknown',
    async run(subject) {
      const { instrument } = subject;
      const { symbol, requestName } = instrument;
      const invented = { ...instrument, symbol: inventedName(symbol), requestName: inventedName(requestName) };
      const gateway = subject.makeGateway(null, {
        change: (protocol) => ({
          ...protocol,
          *instruments() {
            return [...(yield* protocol.instruments()), invented];
          },
        }),
      });
      await gateway.loadInstruments();
      const kind = await gateway.getOrderbookSnapshot(invented.symbol, 5).then(
        () => 'answered',
        (error: unknown) => (error instanceof VenueRequestError ? error.kind : String(error)),
      );
      await gateway.stop();
      demand(kind === 'unknown-instrument' || kind === 'invalid-request', `${invented.requestName}: ${kind}`);
      return `${invented.requestName}: ${kind}`;
    },
  },
  {
    id: 'D-09',
    market: 'futures',
    title: 'Contracts: size, tick, leverage and funding interval; funding rate now, next time, and history',
    async run({ gateway, instrument }) {
      const { symbol, contract } = instrument;
      const { maxLeverage, fundingInterval, contractType } = present(contract, `${symbol} has no contract`);
      demand(maxLeverage >= 1, `maximum leverage ${maxLeverage}`);
      if (contractType !== 'perpetual') throw new NotApplicable(`${symbol} is ${contractType}`);
      demand(fundingInterval > 0, `funding interval of ${fundingInterval} h`);
      const nowMs = gateway.venueMs();
      const { intervalRate, currentRate, nextFundingTime } = await gateway.getFundingRate(symbol);
      demand(new Decimal(intervalRate).abs().lt('0.1'), `funding rate ${intervalRate}`);
      const annual = new Decimal(intervalRate)
        .mul(100 * 365 * 24)
        .div(fundingInterval)
        .toNumber();
      demand(Math.abs(currentRate - annual) <= Math.abs(annual) * 1e-6 + 1e-9, `${currentRate} % a year is not ${annual} %`);
      demand(
        nextFundingTime > nowMs && nextFundingTime <= nowMs + fundingInterval * 3_600_000 + 60_000,
        `next funding at ${nextFundingTime}`,
      );
      const history = await gateway.fundingHistory(symbol, nowMs - 3 * DAY_MS, nowMs);
      history.forEach(({ timeMs }, index) => {
        const before = history[index - 1];
        demand(before === undefined || timeMs > before.timeMs, `funding history out of order at ${timeMs}`);
      });
      return `${intervalRate} each ${fundingInterval} h, ${history.length} payments in three days`;
    },
  },
];

function openFeed({ parts, instrument }: Subject): LocalFeed {
  const { feed, clock, timers, random, randomBytes } = parts;
  return new LocalFeed(feed, [instrument], { clock, timers, random, randomBytes });
}

/**
 * Asks REST again and again until the stream stood at the very state of an answer: known by its sequence, where both carry one, and
 * then equal; else by its prices, since quantities may be rounded there (Kraken).
 */
async function compare(subject: Subject, feed: LocalFeed): Promise<string> {
  const { symbol } = subject.instrument;
  const { clock, timers } = subject.parts;
  const endUs = clock.monotonicUs() + COMPARE_WITHIN_MS * 1000;
  for (let answers = 1; clock.monotonicUs() < endUs; answers++) {
    const seen = new Map<number | string, string>();
    const looking = timers.every(1, () => {
      const view = feed.read(symbol, COMPARED_LEVELS);
      if (view?.state !== 'SYNCED') return;
      const levels = comparable(view.bids, view.asks);
      seen.set(pricesOf(view.bids, view.asks), levels);
      if (view.sequence > 0) seen.set(view.sequence, levels);
    });
    await subject.pause(AROUND_MS);
    const { sequence, bids, asks } = await subject.book(COMPARED_LEVELS);
    await subject.pause(AROUND_MS);
    looking.cancel();
    const told = comparable(bids.slice(0, COMPARED_LEVELS), asks.slice(0, COMPARED_LEVELS));
    const streamed = sequence === null ? undefined : seen.get(sequence);
    if (streamed !== undefined && streamed !== told)
      throw new Shortfall(`at sequence ${sequence} the stream has ${streamed} and REST ${told}`);
    if (streamed !== undefined) return `equal at sequence ${sequence}, answer ${answers}`;
    if (seen.has(pricesOf(bids, asks)))
      return `the stream stood at the prices of answer ${answers}; the two have no sequence in common`;
  }
  throw new Shortfall(`the stream never stood at the state of a REST answer within ${COMPARE_WITHIN_MS} ms`);
}

type Levels = readonly (readonly [price: string, quantity: string])[];

function pricesOf(bids: Levels, asks: Levels): string {
  const prices = (levels: Levels): string =>
    levels
      .slice(0, COMPARED_LEVELS)
      .map(([price]) => new Decimal(price).toFixed())
      .join(' ');
  return `${prices(bids)} | ${prices(asks)}`;
}

function comparable(bids: Levels, asks: Levels): string {
  const plain = (levels: Levels): string =>
    levels.map(([price, qty]) => `${new Decimal(price).toFixed()}x${new Decimal(qty).toFixed()}`).join(' ');
  return `${plain(bids)} | ${plain(asks)}`;
}

/** A name of the same form that nobody lists. */
function inventedName(name: string): string {
  return name.replace(/^[A-Z0-9]+?(?=[-_/]|USD|XBT|Z|$)/, 'QQQZZ');
}
