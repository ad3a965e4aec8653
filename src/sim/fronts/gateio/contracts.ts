import type { SimulatedBook } from '../../market/book.js';
import { moneyText } from '../../matching/money.js';
import type { MatchingEngine } from '../../matching/types.js';
import { stepText } from '../decimal-text.js';
import { contracts, feeText, priceText, secondsOf } from './amounts.js';
import type { NumberStyle } from './frames.js';

/** A contract as its list has it, with what it is worth now. */
export function contractRow(engine: MatchingEngine, book: SimulatedBook, style: NumberStyle): Record<string, unknown> {
  const { instrument } = book;
  const { symbol, contractSize, priceDecimals, tickUnits } = instrument;
  const { rate, nextUs, intervalHours } = engine.funding(book);
  return {
    name: symbol,
    type: 'direct',
    quanto_multiplier: contractSize,
    leverage_min: '1',
    leverage_max: String(instrument.maxLeverage),
    cross_leverage_default: '10',
    maintenance_rate: instrument.maintenanceRate,
    mark_type: 'index',
    mark_price: moneyText(engine.markPrice(book)),
    index_price: moneyText(engine.indexPrice(book)),
    last_price: priceText(book, book.lastTrade.priceUnits),
    maker_fee_rate: feeText(instrument.makerFeeBps),
    taker_fee_rate: feeText(instrument.takerFeeBps),
    order_price_round: stepText(priceDecimals, tickUnits),
    mark_price_round: stepText(priceDecimals),
    funding_rate: rate,
    funding_rate_indicative: rate,
    funding_interval: intervalHours * 3600,
    funding_offset: 0,
    funding_next_apply: secondsOf(nextUs),
    funding_rate_limit: '0.003',
    interest_rate: '0.0003',
    risk_limit_base: '1000000',
    risk_limit_step: '1000000',
    risk_limit_max: '500000000',
    order_size_min: contracts(instrument.minQtyUnits, style),
    order_size_max: contracts(instrument.maxQtyUnits, style),
    enable_decimal: false,
    market_order_size_max: '0',
    order_price_deviate: '0.2',
    ref_discount_rate: '0',
    ref_rebate_rate: '0.2',
    orderbook_id: book.lastId,
    trade_id: book.lastTrade.id,
    trade_size: contracts(0, style),
    position_size: contracts(0, style),
    config_change_time: 1767000000,
    in_delisting: false,
    orders_limit: 200,
    enable_bonus: true,
    enable_credit: true,
    create_time: 1546300800,
    launch_time: 1546300800,
    delisting_time: 0,
    delisted_time: 0,
    status: 'trading',
    contract_type: '',
    is_pre_market: false,
    enable_circuit_breaker: false,
  };
}
