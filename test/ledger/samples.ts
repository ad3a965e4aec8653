import type { LedgerEntry } from '../../src/ledger/entries.js';

type Of<K extends LedgerEntry['kind']> = Extract<LedgerEntry, { kind: K }>;

/** 2026-01-01T00:00:00Z. */
export const START_US = 1_767_225_600_000_000;
export const DAY_US = 86_400_000_000;

/** A stamp some microseconds after the start of 2026. */
export function at(us: number): { tsUs: number; monotonicUs: number; turn: number } {
  return { tsUs: START_US + us, monotonicUs: us, turn: Math.floor(us / 1000) };
}

const spot = { venue: 'binance', market: 'spot', symbol: 'BTCUSDT' } as const;
const assets = { base: 'BTC', quote: 'USDT', contractSize: '1' };

export function note(text: string, us = 0): Of<'note'> {
  return { kind: 'note', ...at(us), topic: 'test', text };
}

export function intent(changes: Partial<Of<'intent'>> = {}): Of<'intent'> {
  return {
    kind: 'intent',
    ...at(0),
    intent: 'i1',
    strategy: 'pairs',
    purpose: 'open',
    expectedNet: '1.5',
    expectedAsset: 'USDT',
    legs: [
      { ...spot, side: 'buy', quantity: '1', limitPrice: '100', reduceOnly: false },
      { venue: 'kraken', market: 'spot', symbol: 'BTC/USDT', side: 'sell', quantity: '1', limitPrice: '102', reduceOnly: false },
    ],
    ...changes,
  };
}

export function order(changes: Partial<Of<'order'>> = {}): Of<'order'> {
  return {
    kind: 'order',
    ...at(0),
    ...spot,
    strategy: 'pairs',
    clientOrderId: 'c1',
    intent: 'i1',
    leg: 0,
    step: 'sending',
    state: 'pending',
    venueOrderId: null,
    side: 'buy',
    quantity: '1',
    price: '100',
    filledQuantity: null,
    reason: null,
    ...changes,
  };
}

export function fill(changes: Partial<Of<'fill'>> = {}): Of<'fill'> {
  return {
    kind: 'fill',
    ...at(0),
    ...spot,
    ...assets,
    strategy: 'pairs',
    clientOrderId: 'c1',
    tradeId: 't1',
    venueOrderId: null,
    side: 'buy',
    price: '100',
    quantity: '1',
    fee: null,
    feeAsset: null,
    feeConversion: null,
    liquidity: 'taker',
    venueTimeMs: START_US / 1000,
    ...changes,
  };
}

export function fee(changes: Partial<Of<'fee'>> = {}): Of<'fee'> {
  return {
    kind: 'fee',
    ...at(0),
    ...spot,
    ...assets,
    strategy: 'pairs',
    tradeId: null,
    asset: 'USDT',
    amount: '0.1',
    conversion: null,
    ...changes,
  };
}

export function transfer(changes: Partial<Of<'transfer'>> = {}): Of<'transfer'> {
  return {
    kind: 'transfer',
    ...at(0),
    venue: 'binance',
    market: 'spot',
    asset: 'USDT',
    amount: '1000',
    reason: 'opening',
    ...changes,
  };
}

export function funding(changes: Partial<Of<'funding'>> = {}): Of<'funding'> {
  return {
    kind: 'funding',
    ...at(0),
    venue: 'binance',
    market: 'futures',
    symbol: 'BTCUSDT',
    ...assets,
    strategy: 'pairs',
    amount: '-0.25',
    rate: null,
    markPrice: null,
    ...changes,
  };
}
