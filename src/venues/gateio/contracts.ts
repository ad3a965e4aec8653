import { z } from 'zod';
import type { FundingRate, MarginSetting, PastFunding, PositionInfo } from '../../domain/account.js';
import { Decimal, plainText } from '../../domain/decimal.js';
import { VenueProtocolError } from '../../domain/errors.js';
import type { FuturesContract, TradableInstrument } from '../../domain/instrument.js';
import { plainDecimal, readAnswer } from '../answer.js';
import type { Dialogue, FuturesProtocol, InstrumentDirectory, Params } from '../trading.js';
import { privateRead, publicRead, setting } from './calls.js';
import { millisecondsOf } from './futures-orders.js';
import { FUTURES_ROOT } from './futures-reads.js';

const HOURS_PER_YEAR = 8_760;
const SECONDS_PER_HOUR = 3_600;
const FUNDING_PAGE_MAX = 1_000;

const Contract = z.object({
  funding_rate: plainDecimal,
  funding_interval: z.number().positive(),
  funding_next_apply: z.coerce.number(),
});
const PastRates = z.array(z.object({ t: z.coerce.number(), r: plainDecimal }));
const Leverage = z.object({ leverage: plainDecimal, cross_leverage_limit: plainDecimal.nullish() });
const Position = Leverage.extend({
  contract: z.string(),
  size: plainDecimal,
  entry_price: plainDecimal,
  mark_price: plainDecimal,
  unrealised_pnl: plainDecimal,
  margin: plainDecimal,
  initial_margin: plainDecimal.nullish(),
  liq_price: plainDecimal,
  update_time: z.coerce.number().nullish(),
});

/** What only contracts have; in one-way mode. Margin mode and leverage are one setting: a leverage of 0 is cross margin. */
export function contracts(directory: InstrumentDirectory): FuturesProtocol {
  return {
    fundingRate,
    fundingHistory,
    positions: () => positions(directory),
    setMargin,
  };
}

/** The venue's indicative rate equals the one that is due next, so there is none after it. */
function* fundingRate(instrument: TradableInstrument): Dialogue<FundingRate> {
  const answer = yield publicRead(`${FUTURES_ROOT}/contracts/${encodeURIComponent(instrument.requestName)}`, 'funding');
  const { funding_rate, funding_interval, funding_next_apply } = readAnswer('gateio', 'GET futures contracts', Contract, answer);
  const nextFundingTime = millisecondsOf(funding_next_apply);
  return {
    contract: contractOf(instrument),
    currentRate: new Decimal(funding_rate)
      .mul((HOURS_PER_YEAR * SECONDS_PER_HOUR) / funding_interval)
      .mul(100)
      .toNumber(),
    nextFundingTime,
    predictedRate: null,
    timestamp: nextFundingTime - funding_interval * 1000,
    intervalRate: funding_rate,
  };
}

/** Newest first at the venue; without an end it tells only 30 days. */
function* fundingHistory(instrument: TradableInstrument, fromMs: number, toMs: number): Dialogue<readonly PastFunding[]> {
  const answer = yield publicRead(`${FUTURES_ROOT}/funding_rate`, 'funding', [
    ['contract', instrument.requestName],
    ['limit', String(FUNDING_PAGE_MAX)],
    ['from', String(Math.floor(fromMs / 1000))],
    ['to', String(Math.floor(toMs / 1000))],
  ]);
  return readAnswer('gateio', 'GET futures funding_rate', PastRates, answer)
    .map(({ t, r }) => ({ timeMs: millisecondsOf(t), rate: r }))
    .filter(({ timeMs }) => timeMs >= fromMs && timeMs < toMs)
    .sort((left, right) => left.timeMs - right.timeMs);
}

/** Rows of size 0 stay in the venue's list after a position was closed. */
function* positions(directory: InstrumentDirectory): Dialogue<readonly PositionInfo[]> {
  const rows = readAnswer('gateio', 'GET futures positions', z.array(Position), yield privateRead(`${FUTURES_ROOT}/positions`));
  return rows.flatMap((row): PositionInfo[] => {
    const instrument = directory.find(row.contract);
    if (instrument === undefined || row.size === '0') return [];
    return [
      {
        contract: contractOf(instrument),
        side: row.size.startsWith('-') ? 'sell' : 'buy',
        size: plainText(new Decimal(row.size).abs()),
        entryPrice: row.entry_price,
        markPrice: row.mark_price,
        unrealizedPnl: row.unrealised_pnl,
        marginUsed: row.margin === '0' ? (row.initial_margin ?? '0') : row.margin,
        liquidationPrice: row.liq_price,
        leverage: marginOf(row).leverage,
        timestamp: millisecondsOf(row.update_time ?? 0),
      },
    ];
  });
}

function* setMargin({ requestName }: TradableInstrument, { mode, leverage }: MarginSetting): Dialogue<MarginSetting> {
  const path = `${FUTURES_ROOT}/positions/${encodeURIComponent(requestName)}/leverage`;
  const query: Params =
    mode === 'isolated'
      ? [['leverage', String(leverage)]]
      : [
          ['leverage', '0'],
          ['cross_leverage_limit', String(leverage)],
        ];
  return marginOf(readAnswer('gateio', 'POST futures leverage', Leverage, yield setting(path, query)));
}

function marginOf({ leverage, cross_leverage_limit }: z.infer<typeof Leverage>): MarginSetting {
  if (leverage !== '0') return { mode: 'isolated', leverage: Number(leverage) };
  return { mode: 'cross', leverage: Number(cross_leverage_limit ?? '0') };
}

function contractOf({ contract, symbol }: TradableInstrument): FuturesContract {
  if (contract === null) throw new VenueProtocolError(`gateio: ${symbol} is no contract`, { venue: 'gateio', symbol });
  return contract;
}
