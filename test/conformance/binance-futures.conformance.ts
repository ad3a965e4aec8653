import ccxt from 'ccxt';
import { describe, expect, it } from 'vitest';
import { Decimal } from '../../src/domain/decimal.js';
import {
  amountOf,
  client,
  connected,
  futuresBook,
  implicit,
  number,
  refusal,
  untilOrder,
  useVenue,
  venue,
} from './binance-client.js';
import { away } from './figures.js';

useVenue();

describe('ccxt binanceusdm: futures trading', () => {
  const symbol = 'ETH/USDT:USDT';

  it('reads funding, fees and leverage, and sets leverage and margin mode', async () => {
    const exchange = await client('binanceusdm');
    const own = futuresBook();
    const funding = await exchange.fetchFundingRate(symbol);
    expect(funding.fundingRate).toBe(Number(venue().engine.funding(own).rate));
    expect(funding.fundingTimestamp).toBe(Math.floor(venue().engine.funding(own).nextUs / 1000));
    expect(funding.markPrice).toBeGreaterThan(0);
    expect(Object.keys(await exchange.fetchFundingRates())).toHaveLength(4);
    expect((await exchange.watchMarkPrice(symbol)).markPrice).toBeGreaterThan(0);
    const past = venue().engine.pastFunding(own).slice(-3);
    const history = await exchange.fetchFundingRateHistory(symbol, undefined, 3);
    expect(history.map(({ fundingRate }) => fundingRate)).toEqual(past.map(({ rate }) => Number(rate)));
    expect(await exchange.fetchTradingFee(symbol)).toMatchObject({ maker: 0.0002, taker: 0.0005 });
    await exchange.setLeverage(7, symbol);
    expect(venue().account.position(own).leverage).toBe(7);
    const mode = venue().account.position(own).marginMode === 'isolated' ? 'cross' : 'isolated';
    await exchange.setMarginMode(mode, symbol);
    expect(venue().account.position(own).marginMode).toBe(mode);
    expect(await exchange.fetchLeverage(symbol)).toMatchObject({ longLeverage: 7, marginMode: mode });
    await exchange.setMarginMode('isolated', symbol).catch((error: unknown) => {
      expect(error).toBeInstanceOf(ccxt.MarginModeAlreadySet);
    });
    expect(await refusal(() => exchange.setLeverage(124.5, symbol))).toBeInstanceOf(ccxt.BaseError);
  });

  it('opens, watches and closes a position', async () => {
    const exchange = await client('binanceusdm');
    const own = futuresBook();
    await exchange.loadMarkets();
    const amount = amountOf(own, 600);
    const watching = untilOrder(exchange, symbol, ({ status }) => status === 'closed');
    const fill = exchange.watchMyTrades(symbol);
    await connected(exchange, '/private/');
    const opened = await exchange.createMarketBuyOrder(symbol, amount);
    const byEngine = venue().account.order(Number(opened.id));
    expect(opened).toMatchObject({ status: 'closed', filled: amount, cost: number(byEngine?.filledQuote ?? 0n) });
    expect(await watching).toMatchObject({ id: opened.id, filled: amount });
    expect((await fill)[0]).toMatchObject({
      order: opened.id,
      fee: { currency: 'USDT', cost: number(byEngine?.fills[0]?.fee ?? 0n) },
    });
    const [position] = await exchange.fetchPositions([symbol]);
    const held = venue().account.position(own);
    expect(position).toMatchObject({
      side: 'long',
      contracts: amount,
      entryPrice: number(held.entryPrice),
      marginMode: 'isolated',
    });
    expect(position?.initialMarginPercentage).toBeCloseTo(1 / held.leverage, 6);
    expect(position?.liquidationPrice).toBeGreaterThan(0);
    const balance = await exchange.fetchBalance();
    expect(balance['USDT']?.free).toBe(
      number(venue().account.balance('futures', 'USDT').total - venue().account.balance('futures', 'USDT').locked),
    );
    const mine = await exchange.fetchMyTrades(symbol);
    expect(mine.map(({ id }) => id)).toEqual(
      venue()
        .account.fills(own)
        .map(({ tradeId }) => String(tradeId)),
    );

    const positions = exchange.watchPositions([symbol]);
    const closed = await exchange.createOrder(symbol, 'market', 'sell', amount, undefined, { reduceOnly: true });
    expect(closed).toMatchObject({ status: 'closed', filled: amount });
    expect((await positions)[0]).toMatchObject({ symbol });
    expect(await exchange.fetchPositions([symbol])).toEqual([]);
    expect(venue().account.position(own).qtyUnits).toBe(0);
    const again = await refusal(() => exchange.createOrder(symbol, 'market', 'sell', amount, undefined, { reduceOnly: true }));
    expect(again.message).toContain('-2022');
  });

  it('places, finds, lists and cancels orders, over both interfaces', async () => {
    const exchange = await client('binanceusdm');
    const own = futuresBook();
    await exchange.loadMarkets();
    const amount = amountOf(own, 200);
    const at = away(own, 'buy', 0.02);
    const placed = await exchange.createLimitBuyOrder(symbol, amount, at, { postOnly: true });
    expect(venue().account.order(Number(placed.id))).toMatchObject({ timeInForce: 'post-only', state: 'open' });
    expect(await exchange.fetchOrder(String(placed.id), symbol)).toMatchObject({ status: 'open', price: at });
    expect((await exchange.fetchOpenOrders(symbol)).map(({ id }) => id)).toEqual([placed.id]);
    expect(await exchange.cancelOrder(String(placed.id), symbol)).toMatchObject({ status: 'canceled' });
    const overWs = await exchange.createOrderWs(symbol, 'limit', 'buy', amount, at);
    expect(overWs).toMatchObject({ status: 'open', price: at });
    expect(await exchange.cancelOrderWs(String(overWs.id), symbol)).toMatchObject({ status: 'canceled' });
    await exchange.createLimitBuyOrder(symbol, amount, at);
    await exchange.cancelAllOrders(symbol);
    expect(venue().account.openOrders(own)).toEqual([]);
  });

  it('is refused what the venue refuses', async () => {
    const exchange = await client('binanceusdm');
    const own = futuresBook();
    await exchange.loadMarkets();
    const at = away(own, 'buy', 0.02);
    const order = { symbol: 'ETHUSDT', side: 'BUY', type: 'LIMIT', timeInForce: 'GTC', quantity: amountOf(own, 100), price: at };
    const post = implicit(exchange)['fapiPrivatePostOrder'];
    if (post === undefined) throw new Error('no such method');
    const code = async (changes: Record<string, unknown>): Promise<string> =>
      /"code":(-\d+)/.exec((await refusal(() => post({ ...order, ...changes }))).message)?.[1] ?? '';
    const finer = new Decimal(at).plus(new Decimal(10).pow(-own.instrument.priceDecimals - 1)).toFixed();
    expect(await code({ price: finer })).toBe('-1111');
    expect(await code({ quantity: `0.${'0'.repeat(own.instrument.qtyDecimals)}1` })).toBe('-1111');
    expect(await code({ quantity: '0' })).toBe('-4003');
    expect(await code({ quantity: amountOf(own, 9_000_000) })).toBe('-2019');
    expect(await code({ price: away(own, 'buy', -0.2) })).toBe('-4016');
    const taking = await refusal(() =>
      exchange.createLimitBuyOrder(symbol, amountOf(own, 100), away(own, 'buy', -0.01), { postOnly: true }),
    );
    expect(taking).toBeInstanceOf(ccxt.InvalidOrder);
    const fok = await refusal(() => exchange.createLimitBuyOrder(symbol, amountOf(own, 100), at, { timeInForce: 'FOK' }));
    expect(fok).toBeInstanceOf(ccxt.InvalidOrder);
    expect(await refusal(() => exchange.fetchOrder('999999', symbol))).toBeInstanceOf(ccxt.OrderNotFound);
    const late = await client('binanceusdm', { options: { timeDifference: 60_000 } });
    expect(await refusal(() => implicit(late)['fapiPrivateV3GetAccount']?.() ?? Promise.resolve())).toBeInstanceOf(
      ccxt.InvalidNonce,
    );
  });
});
