import { quoted } from '../json-text.js';
import type { RestAnswer, RestRequest } from '../rest.js';

const STATUS = {
  400: '400 Bad Request',
  401: '401 Unauthorized',
  404: '404 Not Found',
  429: '429 Too Many Requests',
  500: '500 Internal Server Error',
  503: '503 Service Unavailable',
} as const;

/** A refusal in the venue's only shape. */
export function refusal(status: keyof typeof STATUS, message: string): RestAnswer {
  return { status: STATUS[status], body: quoted({ message }) };
}

export const NOT_FOUND = refusal(404, 'NotFound');

/** A row of a list and the number that pages are turned by. */
export interface PagedRow {
  readonly cursor: number;
  readonly timeUs: number;
}

const ROWS_MAX = 1000;

/**
 * Cuts a page out of rows, newest first, by `before` (newer than), `after` (older than), `start_date`, `end_date` and `limit`.
 * @param write makes the row's text
 */
export function page<T extends PagedRow>(request: RestRequest, rows: readonly T[], write: (row: T) => string): RestAnswer {
  const { query } = request;
  const limit = number(query.get('limit')) ?? ROWS_MAX;
  const [before, after] = [number(query.get('before')), number(query.get('after'))];
  const [fromUs, toUs] = [momentUs(query.get('start_date')), momentUs(query.get('end_date'))];
  if ([limit, before, after, fromUs, toUs].some(Number.isNaN)) return refusal(400, 'Invalid pagination parameter');
  if (!Number.isInteger(limit) || limit < 1 || limit > ROWS_MAX) return refusal(400, `limit must be between 1 and ${ROWS_MAX}`);
  const matching = rows.filter(
    ({ cursor, timeUs }) =>
      (before === null || cursor > before) &&
      (after === null || cursor < after) &&
      (fromUs === null || timeUs >= fromUs) &&
      (toUs === null || timeUs <= toUs),
  );
  // What is asked for as newer than a cursor is what comes right after it.
  const cut = before !== null && after === null ? matching.slice(-limit) : matching.slice(0, limit);
  const [first, last] = [cut[0], cut[cut.length - 1]];
  const headers =
    first === undefined || last === undefined ? {} : { 'CB-BEFORE': `${first.cursor}`, 'CB-AFTER': `${last.cursor}` };
  return { headers, body: `[${cut.map(write).join(',')}]` };
}

/** A moment of a query, ISO 8601 or seconds since the epoch; null where there is none, NaN where it is neither. */
export function momentUs(text: string | null): number | null {
  if (text === null || text === '') return null;
  return /^\d+(\.\d+)?$/.test(text) ? Number(text) * 1e6 : Date.parse(text) * 1000;
}

function number(text: string | null): number | null {
  return text === null || text === '' ? null : Number(text);
}
