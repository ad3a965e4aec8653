import { type HttpAnswer, json } from './http-message.js';
import type { OperatorSnapshot, TradingReport } from './messages.js';

/** False while trading compares itself with the venues, and when that left something unexplained. */
export function tradingHasBegun(trading: TradingReport | null): boolean {
  return trading?.state !== 'reconciling' && trading?.state !== 'blocked';
}

/** Why trading does not trade, in one sentence; empty while it does, and where there is none. */
function tradingTrouble(trading: TradingReport | null): string {
  if (trading === null || trading.state === 'trading') return '';
  return `Trading is ${trading.state}${trading.reason === '' ? '.' : `: ${trading.reason}`}`;
}

/**
 * Answers /readyz: 200 once every venue has been synchronised and trading, where there is any, has begun; else 503 naming what is
 * missing. A stop does not make the engine unready, because no restart would help, but it is told.
 */
export function readiness(snapshot: OperatorSnapshot | null): HttpAnswer {
  const trouble = tradingTrouble(snapshot?.trading ?? null);
  if (snapshot?.ready === true) return json(200, { ready: true, ...(trouble !== '' && { message: trouble }) });
  const missing = (snapshot?.venues ?? [])
    .filter(({ syncedOnce }) => !syncedOnce)
    .map(({ venue, market, state, symbols, synced }) => ({ venue, market, state, symbols, synced }));
  const names = missing.map(({ venue, market }) => `${venue} ${market}`).join(', ');
  const sentences = [names === '' ? '' : `Not synchronised yet: ${names}.`, trouble].filter((sentence) => sentence !== '');
  const message = sentences.join(' ') || 'The engine has not reported that it is ready.';
  return json(503, { ready: false, message, missing });
}
