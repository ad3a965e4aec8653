import { type HttpAnswer, json } from './http-message.js';
import type { OperatorSnapshot } from './messages.js';

/** Answers /readyz: 200 once every venue has been synchronised, else 503 naming those that have not. */
export function readiness(snapshot: OperatorSnapshot | null): HttpAnswer {
  if (snapshot?.ready === true) return json(200, { ready: true });
  const missing = (snapshot?.venues ?? [])
    .filter(({ syncedOnce }) => !syncedOnce)
    .map(({ venue, market, state, symbols, synced }) => ({ venue, market, state, symbols, synced }));
  const names = missing.map(({ venue, market }) => `${venue} ${market}`).join(', ');
  const message = names === '' ? 'The engine has not reported that it is ready.' : `Not synchronised yet: ${names}.`;
  return json(503, { ready: false, message, missing });
}
