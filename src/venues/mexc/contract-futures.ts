import { z } from 'zod';
import type { FundingRate, MarginMode, MarginSetting, PastFunding, PositionInfo } from '../../domain/account.js';
import { Decimal, plainText } from '../../domain/decimal.js';
import { VenueProtocolError } from '../../domain/errors.js';
import type { FuturesContract, TradableInstrument } from '../../domain/instrument.js';
import { idText, plainDecimal, readAnswer } from '../answer.js';
import type { Dialogue, FuturesProtocol, InstrumentDirectory, RestCall } from '../trading.js';
import { contractPublic, contractRead, contractWrite } from './calls.js';
import { tickerRows } from './contract-reads.js';

const FUNDING_PAGE_MAX = 1_000;
const HOURS_PER_YEAR = 8_760;
const CLOSED = 3;
const ISOLATED = 1;
const CROSS = 2;

const Rate = z.object({
  data: z.object({
    fundingRate: plainDecimal,
    collectCycle: z.number().positive(),
    nextSettleTime: z.number(),
    timestamp: z.number(),
  }),
});
const PastRates = z.object({
  data: z.object({ totalPage: z.number(), resultList: z.array(z.object({ fundingRate: plainDecimal, settleTime: z.number() })) }),
});
const Positions = z.object({
  data: z
    .array(
      z.object({
        positionId: idText.pipe(z.string().regex(/^\d+$/)),
        symbol: z.string(),
        positionType: z.union([z.literal(1), z.literal(2)]),
        openType: z.number(),
        state: z.number(),
        holdVol: plainDecimal,
        holdAvgPrice: plainDecimal,
        liquidatePrice: plainDecimal,
        im: plainDecimal,
        leverage: z.number(),
        updateTime: z.number(),
      }),
    )
    .nullish(),
});

/**
 * What only contracts have.
 * @param settings filled with what is set or found here, since every order has to repeat it
 */
export function contractFutures(directory: InstrumentDirectory, settings: Map<string, MarginSetting>): FuturesProtocol {
  return {
    fundingRate: (instrument) => fundingRate(instrument),
    fundingHistory,
    positions: () => positions(directory, settings),
    *setMargin(instrument, { mode, leverage }): Dialogue<MarginSetting> {
      const taken = { mode: yield* changeLeverage(instrument, mode, leverage), leverage };
      settings.set(instrument.symbol, taken);
      return taken;
    },
  };
}

/** Only one rate is published: the one that is due next. */
function* fundingRate(instrument: TradableInstrument): Dialogue<FundingRate> {
  const answer = yield contractPublic(`funding_rate/${encodeURIComponent(instrument.requestName)}`, 'funding');
  const { data } = readAnswer('mexc', 'GET contract/funding_rate', Rate, answer);
  const paymentsPerYear = HOURS_PER_YEAR / data.collectCycle;
  return {
    contract: contractOf(instrument),
    currentRate: new Decimal(data.fundingRate).mul(paymentsPerYear).mul(100).toNumber(),
    nextFundingTime: data.nextSettleTime,
    predictedRate: null,
    timestamp: data.timestamp,
    intervalRate: data.fundingRate,
  };
}

/** The venue's list has no filter by time and begins with the newest. */
function* fundingHistory(instrument: TradableInstrument, fromMs: number, toMs: number): Dialogue<readonly PastFunding[]> {
  const past: PastFunding[] = [];
  for (let page = 1; ; page++) {
    const answer = yield contractPublic('funding_rate/history', 'funding', [
      ['symbol', instrument.requestName],
      ['page_num', String(page)],
      ['page_size', String(FUNDING_PAGE_MAX)],
    ]);
    const { data } = readAnswer('mexc', 'GET contract/funding_rate/history', PastRates, answer);
    for (const { settleTime, fundingRate: rate } of data.resultList) {
      if (settleTime >= fromMs && settleTime < toMs) past.push({ timeMs: settleTime, rate });
    }
    const oldestMs = Math.min(...data.resultList.map(({ settleTime }) => settleTime));
    if (oldestMs < fromMs || page >= data.totalPage || data.resultList.length === 0) break;
  }
  return past.sort((left, right) => left.timeMs - right.timeMs);
}

/** Positions come without the price that they are marked to, which stands in the tickers. */
function* positions(directory: InstrumentDirectory, settings: Map<string, MarginSetting>): Dialogue<readonly PositionInfo[]> {
  const rows = yield* openPositions(null);
  if (rows.length === 0) return [];
  const marks = new Map((yield* tickerRows()).map(({ symbol, fairPrice, lastPrice }) => [symbol, fairPrice ?? lastPrice]));
  return rows.flatMap((row) => {
    const instrument = directory.find(row.symbol);
    // A contract of another kind is none of our instruments.
    if (instrument === undefined) return [];
    settings.set(instrument.symbol, { mode: modeOf(row), leverage: row.leverage });
    const markPrice = marks.get(row.symbol) ?? row.holdAvgPrice;
    const gain = new Decimal(markPrice).sub(row.holdAvgPrice).mul(row.positionType === 1 ? 1 : -1);
    return [
      {
        contract: contractOf(instrument),
        side: row.positionType === 1 ? 'buy' : 'sell',
        size: row.holdVol,
        entryPrice: row.holdAvgPrice,
        markPrice,
        unrealizedPnl: plainText(gain.mul(row.holdVol).mul(instrument.contractSize)),
        marginUsed: row.im,
        liquidationPrice: row.liquidatePrice,
        leverage: row.leverage,
        timestamp: row.updateTime,
      },
    ];
  });
}

function* openPositions(symbol: string | null): Dialogue<NonNullable<z.infer<typeof Positions>['data']>> {
  const query: RestCall['query'] = symbol === null ? [] : [['symbol', symbol]];
  const answer = yield contractRead('position/open_positions', 'positions', query);
  const rows = readAnswer('mexc', 'GET position/open_positions', Positions, answer).data ?? [];
  return rows.filter(({ state, holdVol }) => state !== CLOSED && holdVol !== '0');
}

/** An open position is named by its id and keeps its margin mode; otherwise the setting is made for both directions. */
function* changeLeverage(instrument: TradableInstrument, mode: MarginMode, leverage: number): Dialogue<MarginMode> {
  const held = yield* openPositions(instrument.requestName);
  for (const { positionId } of held) {
    yield contractWrite('position/change_leverage', 'session', `{"positionId":${positionId},"leverage":${leverage}}`);
  }
  const [first] = held;
  if (first !== undefined) return modeOf(first);
  const openType = mode === 'isolated' ? ISOLATED : CROSS;
  for (const positionType of [1, 2]) {
    const body = JSON.stringify({ openType, leverage, symbol: instrument.requestName, positionType });
    yield contractWrite('position/change_leverage', 'session', body);
  }
  return mode;
}

function modeOf({ openType }: { readonly openType: number }): MarginMode {
  return openType === ISOLATED ? 'isolated' : 'cross';
}

function contractOf({ contract, symbol }: TradableInstrument): FuturesContract {
  if (contract === null) throw new VenueProtocolError(`mexc: ${symbol} is no contract`, { venue: 'mexc', symbol });
  return contract;
}
