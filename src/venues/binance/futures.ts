import { z } from 'zod';
import type { FundingRate, MarginSetting, PastFunding, PositionInfo } from '../../domain/account.js';
import { Decimal, plainText } from '../../domain/decimal.js';
import { VenueProtocolError } from '../../domain/errors.js';
import type { FuturesContract, TradableInstrument } from '../../domain/instrument.js';
import { plainDecimal, readAnswer } from '../answer.js';
import type { DeadMansSwitch, Dialogue, FuturesProtocol, InstrumentDirectory } from '../trading.js';
import { privateRead, publicRead, setting } from './calls.js';

const FUNDING_BATCH_MAX = 1000;
const HOURS_PER_YEAR = 8_760;

const Premium = z.object({ lastFundingRate: plainDecimal, nextFundingTime: z.number(), time: z.number() });
const Leverage = z.object({ leverage: z.number() });
const PastRows = z.array(z.object({ fundingTime: z.number(), fundingRate: plainDecimal }));
const PositionRows = z.array(
  z.object({
    symbol: z.string(),
    positionAmt: plainDecimal,
    entryPrice: plainDecimal,
    markPrice: plainDecimal,
    unRealizedProfit: plainDecimal,
    liquidationPrice: plainDecimal,
    notional: plainDecimal,
    positionInitialMargin: plainDecimal,
    updateTime: z.number(),
  }),
);

/** What only USD-M futures have. */
export function futuresProtocol(directory: InstrumentDirectory): FuturesProtocol {
  return {
    fundingRate: (instrument) => fundingRate(contractOf(instrument)),
    fundingHistory: (instrument, fromMs, toMs) => fundingHistory(instrument, fromMs, toMs),
    positions: () => positions(directory),
    *setMargin(instrument, { mode, leverage }): Dialogue<MarginSetting> {
      const symbol = ['symbol', instrument.requestName] as const;
      // Answered with nothing but success; a mode that cannot be set is refused.
      yield setting('/fapi/v1/marginType', 1, [symbol, ['marginType', mode === 'isolated' ? 'ISOLATED' : 'CROSSED']]);
      const answer = yield setting('/fapi/v1/leverage', 1, [symbol, ['leverage', String(leverage)]]);
      return { mode, leverage: readAnswer('binance', 'POST /fapi/v1/leverage', Leverage, answer).leverage };
    },
  };
}

/** Cancels a symbol's orders unless it is armed again; each call starts the time anew. */
export const countdownCancel: DeadMansSwitch = {
  minSeconds: 1,
  maxSeconds: 3_600,
  scope: 'symbol',
  *arm(timeoutSeconds, symbols): Dialogue<void> {
    for (const symbol of symbols) {
      yield setting('/fapi/v1/countdownCancelAll', 10, [
        ['symbol', symbol],
        ['countdownTime', String(timeoutSeconds * 1000)],
      ]);
    }
  },
};

/** `lastFundingRate` is the estimate of the rate due at `nextFundingTime`. */
function* fundingRate(contract: FuturesContract): Dialogue<FundingRate> {
  const answer = yield publicRead('/fapi/v1/premiumIndex', 1, [['symbol', contract.symbol]]);
  const { lastFundingRate, nextFundingTime, time } = readAnswer('binance', '/fapi/v1/premiumIndex', Premium, answer);
  const payments = contract.fundingInterval === 0 ? 0 : HOURS_PER_YEAR / contract.fundingInterval;
  return {
    contract,
    currentRate: new Decimal(lastFundingRate).mul(payments).mul(100).toNumber(),
    nextFundingTime,
    predictedRate: null,
    timestamp: time,
    intervalRate: lastFundingRate,
  };
}

function* fundingHistory(instrument: TradableInstrument, fromMs: number, toMs: number): Dialogue<readonly PastFunding[]> {
  const answer = yield publicRead('/fapi/v1/fundingRate', 1, [
    ['symbol', instrument.requestName],
    ['startTime', String(fromMs)],
    ['endTime', String(toMs)],
    ['limit', String(FUNDING_BATCH_MAX)],
  ]);
  return readAnswer('binance', '/fapi/v1/fundingRate', PastRows, answer).map(({ fundingTime, fundingRate }) => {
    return { timeMs: fundingTime, rate: fundingRate };
  });
}

function* positions(directory: InstrumentDirectory): Dialogue<readonly PositionInfo[]> {
  const rows = readAnswer('binance', '/fapi/v3/positionRisk', PositionRows, yield privateRead('/fapi/v3/positionRisk', 5));
  return rows.flatMap((row) => {
    const size = new Decimal(row.positionAmt);
    if (size.isZero()) return [];
    const instrument = directory.find(row.symbol);
    // A dated contract is none of our instruments.
    if (instrument === undefined) return [];
    const margin = new Decimal(row.positionInitialMargin);
    return [
      {
        contract: contractOf(instrument),
        side: size.isNegative() ? 'sell' : 'buy',
        size: plainText(size.abs()),
        entryPrice: row.entryPrice,
        markPrice: row.markPrice,
        unrealizedPnl: row.unRealizedProfit,
        marginUsed: row.positionInitialMargin,
        liquidationPrice: row.liquidationPrice,
        // This version of the answer leaves the leverage out; the initial margin is the value divided by it.
        leverage: margin.isZero() ? 1 : new Decimal(row.notional).abs().div(margin).round().toNumber(),
        timestamp: row.updateTime,
      },
    ];
  });
}

function contractOf({ contract, symbol }: TradableInstrument): FuturesContract {
  if (contract === null) throw new VenueProtocolError(`binance: ${symbol} is no contract`, { venue: 'binance', symbol });
  return contract;
}
