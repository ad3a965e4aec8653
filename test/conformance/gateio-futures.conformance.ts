import ccxt from 'ccxt';
import { describe, expect, it } from 'vitest';
import { Decimal } from '../../src/domain/decimal.js';
import { orderIdOf } from '../../src/sim/fronts/gateio/order-ids.js';
import type { EngineOrder } from '../../src/sim/matching/types.js';
import { type Implicit, implicit, number, refusal, untilOrder } from './binance-client.js';
import { away, price } from './figures.js';
import { client, futuresBook, listening, useVenue, venue } from './gateio-client.js';

useVenue();

describe('ccxt gate: trading of perpetuals', () => {
  const symbol = 'ETH/USDT:USDT';
  const contracts = 20;
  const engineOrder = (id: string | undefined): EngineOrder => {
    const found = venue()
      .account.orders(futuresBook())
      .find((order) => String(orderIdOf(order)) === id);
    if (found === undefined) throw new Error(`the engine has no order ${id}`);
    return found;
  };

  it('reads funding and its history', async () => {
    const exchange = await client();
    const own = futuresBook();
    const funding = await exchange.fetchFundingRate(symbol);
    const { rate, nextUs } = venue().engine.funding(own);
    expect(funding).toMatchObject({ fundingRate: Number(rate), fundingTimestamp: nextUs / 1000 });
    expect(funding.markPrice).toBeGreaterThan(0);
    const history = await exchange.fetchFundingRateHistory(symbol, undefined, 3);
    const past = venue().engine.pastFunding(own).slice(-3);
    expect(history.map(({ fundingRate, timestamp }) => [fundingRate, timestamp])).toEqual(
      past.map((payment) => [Number(payment.rate), payment.timeUs / 1000]),
    );
    expect(await exchange.fetchTradingFee(symbol)).toMatchObject({ maker: 0.0002, taker: 0.0005 });
  });

  it('sets leverage, isolated and cross', async () => {
    const exchange = await client();
    const own = futuresBook();
    await exchange.setLeverage(7, symbol);
    expect(venue().account.position(own)).toMatchObject({ leverage: 7, marginMode: 'isolated' });
    await exchange.setLeverage(9, symbol, { marginMode: 'cross' });
    expect(venue().account.position(own)).toMatchObject({ leverage: 9, marginMode: 'cross' });
    await exchange.setLeverage(10, symbol);
    const set = implicit(exchange)['privateFuturesPostSettlePositionsContractLeverage'] as Implicit[string];
    const tooHigh = await refusal(() => set({ settle: 'usdt', contract: 'ETH_USDT', leverage: '126' }));
    expect(tooHigh).toBeInstanceOf(ccxt.InvalidOrder);
  });

  it('opens, watches and closes a position', async () => {
    const exchange = await client();
    const own = futuresBook();
    await exchange.loadMarkets();
    const watching = untilOrder(exchange, symbol, ({ status }) => status === 'closed');
    const fill = exchange.watchMyTrades(symbol);
    await listening(exchange, symbol);
    const placed = await exchange.createMarketBuyOrder(symbol, contracts);
    const byEngine = engineOrder(placed.id);
    expect(placed).toMatchObject({ status: 'closed', filled: contracts, side: 'buy', type: 'market' });
    expect(placed.cost).toBeCloseTo(number(byEngine.filledQuote), 2);
    expect(await watching).toMatchObject({ id: placed.id, filled: contracts });
    expect((await fill)[0]).toMatchObject({
      id: String(byEngine.fills[0]?.tradeId),
      order: placed.id,
      price: price(own, byEngine.fills[0]?.priceUnits ?? 0),
      fee: { currency: 'USDT', cost: number(byEngine.fills[0]?.fee ?? 0n) },
    });
    const [position] = await exchange.fetchPositions([symbol]);
    const held = venue().account.position(own);
    expect(position).toMatchObject({
      side: 'long',
      contracts,
      entryPrice: number(held.entryPrice),
      leverage: held.leverage,
      marginMode: 'isolated',
    });
    expect(position?.liquidationPrice).toBe(number(venue().engine.value(held).liquidationPrice));
    const { total, locked } = venue().account.balance('futures', 'USDT');
    const balance = await exchange.fetchBalance({ type: 'swap' });
    expect(balance['USDT']).toMatchObject({ total: number(total), free: number(total - locked) });

    // The first call of ccxt gives what it fetches over REST; the next one waits for the venue to push.
    expect((await exchange.watchPositions([symbol]))[0]).toMatchObject({ symbol, side: 'long', contracts });
    const pushed = exchange.watchPositions([symbol]);
    await listening(exchange, symbol);
    const closed = await exchange.createOrder(symbol, 'market', 'sell', contracts, undefined, { reduceOnly: true });
    expect(closed).toMatchObject({ status: 'closed', filled: contracts, side: 'sell' });
    expect((await pushed)[0]).toMatchObject({ symbol, side: 'long' });
    expect(venue().account.position(own).qtyUnits).toBe(0);
    expect((await exchange.fetchPositions([symbol])).filter((one) => one.contracts !== 0)).toEqual([]);
    const mine = await exchange.fetchMyTrades(symbol);
    expect(mine.map(({ id, fee }) => `${id} ${fee?.cost}`).sort()).toEqual(
      venue()
        .account.fills(own)
        .map(({ tradeId, fee }) => `${tradeId} ${number(fee)}`)
        .sort(),
    );
    const again = await refusal(() => exchange.createOrder(symbol, 'market', 'sell', contracts, undefined, { reduceOnly: true }));
    expect(again).toBeInstanceOf(ccxt.InvalidOrder);
    expect(again.message).toContain('POSITION_EMPTY');
  });

  it('watches the wallet', async () => {
    const exchange = await client();
    await exchange.loadMarkets();
    const change = exchange.watchBalance({ type: 'swap', settle: 'usdt' });
    await listening(exchange, symbol);
    await exchange.createMarketSellOrder(symbol, contracts);
    expect((await change)['USDT']?.total).toBeLessThan(1_000_000);
    await exchange.createOrder(symbol, 'market', 'buy', contracts, undefined, { reduceOnly: true });
    expect(venue().account.position(futuresBook()).qtyUnits).toBe(0);
  });

  it('places, finds, lists and cancels orders, over both interfaces', async () => {
    const exchange = await client();
    const own = futuresBook();
    await exchange.loadMarkets();
    const at = away(own, 'buy', 0.02);
    const placed = await exchange.createLimitBuyOrder(symbol, contracts, at, { postOnly: true });
    expect(engineOrder(placed.id)).toMatchObject({ timeInForce: 'post-only', state: 'open', qtyUnits: contracts });
    expect(await exchange.fetchOrder(String(placed.id), symbol)).toMatchObject({ status: 'open', price: at });
    expect((await exchange.fetchOpenOrders(symbol)).map(({ id }) => id)).toEqual([placed.id]);
    expect(await exchange.cancelOrder(String(placed.id), symbol)).toMatchObject({ status: 'canceled' });
    const overWs = await exchange.createOrderWs(symbol, 'limit', 'sell', contracts, away(own, 'sell', 0.02));
    expect(overWs).toMatchObject({ status: 'open', side: 'sell', amount: contracts });
    expect((await exchange.fetchOpenOrdersWs(symbol)).map(({ id }) => id)).toEqual([overWs.id]);
    expect(await exchange.fetchOrderWs(String(overWs.id), symbol)).toMatchObject({ id: overWs.id });
    expect(await exchange.cancelOrderWs(String(overWs.id), symbol)).toMatchObject({ status: 'canceled' });
    for (const share of [0.02, 0.03]) await exchange.createLimitBuyOrder(symbol, contracts, away(own, 'buy', share));
    await exchange.cancelAllOrders(symbol);
    expect(venue().account.openOrders(own)).toEqual([]);
    const immediate = await exchange.createLimitBuyOrder(symbol, contracts, at, { timeInForce: 'IOC' });
    expect(immediate).toMatchObject({ status: 'canceled', filled: 0 });
  });

  it('is refused what the venue refuses', async () => {
    const exchange = await client();
    const own = futuresBook();
    await exchange.loadMarkets();
    const at = away(own, 'buy', 0.02);
    const post = implicit(exchange)['privateFuturesPostSettleOrders'] as Implicit[string];
    const order = { settle: 'usdt', contract: 'ETH_USDT', size: contracts, price: String(at), tif: 'gtc' };
    const refused = (changes: Record<string, unknown>): Promise<Error> => refusal(() => post({ ...order, ...changes }));
    const finer = new Decimal(at).plus(new Decimal(10).pow(-own.instrument.priceDecimals - 1)).toFixed();
    expect(await refused({ price: finer })).toBeInstanceOf(ccxt.InvalidOrder);
    expect(await refused({ size: 0 })).toBeInstanceOf(ccxt.BadRequest);
    expect(await refused({ size: own.instrument.maxQtyUnits + 1 })).toBeInstanceOf(ccxt.InvalidOrder);
    const most = Math.floor(own.instrument.maxQtyUnits * 0.99);
    expect(await refused({ size: most })).toBeInstanceOf(ccxt.InsufficientFunds);
    expect(await refused({ contract: 'NOPE_USDT' })).toBeInstanceOf(ccxt.BadSymbol);
    const taking = await refusal(() =>
      exchange.createLimitBuyOrder(symbol, contracts, away(own, 'buy', -0.01), { postOnly: true }),
    );
    expect(taking).toBeInstanceOf(ccxt.OrderImmediatelyFillable);
    const fok = await refusal(() => exchange.createLimitBuyOrder(symbol, contracts, at, { timeInForce: 'FOK' }));
    expect(fok.message).toContain('ORDER_FOK');
    expect(await refusal(() => exchange.fetchOrder('999999', symbol))).toBeInstanceOf(ccxt.OrderNotFound);
    expect(await refusal(() => exchange.cancelOrder('999999', symbol))).toBeInstanceOf(ccxt.OrderNotFound);
    const late = await client();
    late.nonce = () => Math.floor(Date.now() / 1000) - 90;
    const accounts = implicit(late)['privateFuturesGetSettleAccounts'] as Implicit[string];
    const expired = await refusal(() => accounts({ settle: 'usdt' }));
    expect(expired).toBeInstanceOf(ccxt.AuthenticationError);
    expect(expired.message).toContain('REQUEST_EXPIRED');
  });
});
