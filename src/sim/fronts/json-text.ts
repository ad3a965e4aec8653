import { z } from 'zod';

/** Text as a JSON string, or the bare JSON of what a client sent as its id. */
export function quoted(value: unknown): string {
  return JSON.stringify(value) ?? 'null';
}

/** Fields of a JSON object whose values are JSON already: numbers keep their digits. */
export function jsonObject(fields: Readonly<Record<string, string | number | boolean>>): string {
  return `{${Object.entries(fields)
    .map(([name, value]) => `"${name}":${value}`)
    .join(',')}}`;
}

/** A frame of a client as an object; null when it is no JSON or no object. */
export function parseObject(text: string): Record<string, unknown> | null {
  try {
    const parsed = RecordSchema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

/** A value as a list of texts; null when it is anything else. */
export function textList(value: unknown): string[] | null {
  const parsed = TextListSchema.safeParse(value);
  return parsed.success ? parsed.data : null;
}

/** A whole number of a query, or the fallback where the query has none; null when it is no whole number in the range. */
export function wholeNumber(text: string | null, fallback: number, least: number, most: number): number | null {
  if (text === null || text === '') return fallback;
  const value = Number(text);
  return Number.isInteger(value) && value >= least && value <= most ? value : null;
}

const RecordSchema = z.record(z.string(), z.unknown());
const TextListSchema = z.array(z.string());
