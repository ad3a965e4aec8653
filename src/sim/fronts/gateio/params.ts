import { z } from 'zod';
import { parseExactJson } from '../../../venues/answer.js';
import type { RestRequest } from '../rest.js';
import { invalid, missing, Refused } from './failures.js';

/** What a client sent for a request, whichever way it came: numbers, texts and truths by name. */
export type Params = Readonly<Record<string, unknown>>;

const Fields = z.record(z.string(), z.unknown());
const List = z.array(Fields).min(1);

/** The fields of a query. */
export function queryParams(request: RestRequest): Params {
  return Object.fromEntries(request.query);
}

/** The fields of the body, or of the query where it names what the body does not. @throws Refused */
export function bodyParams(request: RestRequest): Params {
  if (request.body === '') return queryParams(request);
  return { ...queryParams(request), ...fields(parseExactJson(request.body)) };
}

/** A value as fields. @throws Refused */
export function fields(value: unknown): Params {
  const parsed = Fields.safeParse(value);
  if (!parsed.success) throw new Refused('INVALID_REQUEST_BODY', 'Invalid request body');
  return parsed.data;
}

/** A value as a list of fields. @throws Refused */
export function fieldsList(value: unknown): readonly Params[] {
  const parsed = List.safeParse(value);
  if (!parsed.success) throw new Refused('INVALID_REQUEST_BODY', 'Invalid request body');
  return parsed.data;
}

/** A field as text; empty where there is none. @throws Refused */
export function textOf(params: Params, name: string): string {
  const value = params[name];
  if (value === undefined || value === null) return '';
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw invalid(name);
}

/** A field that must be there. @throws Refused */
export function requiredText(params: Params, name: string): string {
  const text = textOf(params, name);
  if (text === '') throw missing(name);
  return text;
}

/** A whole number that is not negative. @throws Refused */
export function wholeOf(params: Params, name: string, fallback: number, most = Number.MAX_SAFE_INTEGER): number {
  const text = textOf(params, name);
  if (text === '') return fallback;
  const value = Number(text);
  if (!/^\d+$/.test(text) || value > most) throw invalid(name);
  return value;
}

/** The rows of a page, which is named by `page` or by `offset`. @throws Refused */
export function pageOf<T>(params: Params, rows: readonly T[], most: number): readonly T[] {
  const limit = Math.max(1, wholeOf(params, 'limit', 100, most));
  const offset = wholeOf(params, 'offset', (Math.max(1, wholeOf(params, 'page', 1)) - 1) * limit);
  return rows.slice(offset, offset + limit);
}

/** Whether a moment is in the stretch of `from` and `to`, in seconds. @throws Refused */
export function inStretch(params: Params, timeUs: number): boolean {
  const seconds = timeUs / 1e6;
  return seconds >= wholeOf(params, 'from', 0) && Math.floor(seconds) <= wholeOf(params, 'to', Number.MAX_SAFE_INTEGER);
}
