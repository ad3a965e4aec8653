// How fields of text lines become columns, as SQL. `f` is the list of a line's fields, counted from 1.
import { sqlText } from '../database.js';

/** One column made of a line. */
export interface FieldReader {
  /** Its value; NULL when the field cannot be read. */
  readonly sql: string;
  /** Condition under which the line is malformed. */
  readonly malformed: string;
  /** What is expected, for people: "field 3 is no number". */
  readonly complaint: string;
}

const NUMBER = "'[-+]?[0-9]+(\\.[0-9]*)?([eE][-+]?[0-9]+)?'";
const PLAIN = "'-?[0-9]+(\\.[0-9]+)?'";
/** Times before 2009 and after 2100 are none of a market of cryptocurrencies. */
const FIRST_US = 1_230_768_000e6;
const LAST_US = 4_102_444_800e6;

const field = (at: number): string => `f[${at}]`;

/** The nearest double. */
export function number(at: number): FieldReader {
  return required(at, numberSql(field(at)), 'number');
}

/** The nearest double, or nothing where the field is empty. */
export function optionalNumber(at: number): FieldReader {
  return optional(at, numberSql(field(at)), 'number');
}

/** The exact decimal. */
export function decimal(at: number): FieldReader {
  return required(at, decimalSql(field(at)), 'decimal');
}

/** The exact decimal, or nothing where the field is empty. */
export function optionalDecimal(at: number): FieldReader {
  return optional(at, decimalSql(field(at)), 'decimal');
}

/** A time since the epoch. `digits`: the unit shows by the number of digits, as at venues that went from milliseconds to microseconds. */
export type TimeUnit = 'seconds' | 'milliseconds' | 'microseconds' | 'digits';

const TIME_SQL: Readonly<Record<TimeUnit, (value: string) => string>> = {
  seconds: (value) => `TRY_CAST(round(TRY_CAST(${value} AS DECIMAL(24, 9)) * 1000000) AS BIGINT)`,
  milliseconds: (value) => `TRY_CAST(${value} AS BIGINT) * 1000`,
  microseconds: (value) => `TRY_CAST(${value} AS BIGINT)`,
  digits: (value) =>
    `TRY_CAST(${value} AS BIGINT) * CASE length(${value}) WHEN 10 THEN 1000000 WHEN 13 THEN 1000 WHEN 16 THEN 1 END`,
};

/** Microseconds since the epoch. */
export function time(at: number, unit: TimeUnit): FieldReader {
  return required(at, inRange(TIME_SQL[unit](numeric(field(at)))), 'time');
}

/** Microseconds since the epoch, or nothing where the field is empty. */
export function optionalTime(at: number, unit: TimeUnit): FieldReader {
  return optional(at, inRange(TIME_SQL[unit](numeric(field(at)))), 'time');
}

/** Milliseconds of a day that begins at `dayUs`. */
export function timeOfDay(at: number, dayUs: number): FieldReader {
  const ms = `TRY_CAST(${numeric(field(at))} AS BIGINT)`;
  return required(at, `CASE WHEN ${ms} BETWEEN 0 AND 86399999 THEN ${ms} * 1000 + ${dayUs} END`, 'time of day');
}

/** A time such as "20150427 00:00", UTC. */
export function dayAndTime(at: number): FieldReader {
  return required(at, inRange(`epoch_us(try_strptime(${field(at)}, '%Y%m%d %H:%M'))`), 'time');
}

/** Words, each for what it means; any other is malformed. */
export function word(at: number, meanings: Readonly<Record<string, string>>): FieldReader {
  const cases = Object.entries(meanings).map(([text, meaning]) => `WHEN ${sqlText(text)} THEN ${sqlText(meaning)}`);
  return required(at, `CASE ${field(at)} ${cases.join(' ')} END`, `one of ${Object.keys(meanings).join(', ')}`);
}

/** "true" or "false". */
export function flag(at: number): FieldReader {
  return required(at, `CASE ${field(at)} WHEN 'true' THEN true WHEN 'false' THEN false END`, 'true or false');
}

/** The text, or nothing where the field is empty. */
export function text(at: number): FieldReader {
  return { sql: `nullif(${field(at)}, '')`, malformed: 'false', complaint: '' };
}

/** Nothing. */
export function missing(sqlType: string): FieldReader {
  return { sql: `NULL::${sqlType}`, malformed: 'false', complaint: '' };
}

/** Every `step`-th field from `first` on as exact decimals; those at the end may be empty, for levels that are not there. */
export function decimals(first: number, step: number, count: number): FieldReader {
  const raw = `list_filter(list_transform(range(0, ${count}), lambda i: f[${first} + i * ${step}]), lambda v: v <> '')`;
  const values = `list_transform(${raw}, lambda v: ${decimalSql('v')})`;
  return {
    sql: values,
    malformed: `len(list_filter(${raw}, lambda v: ${decimalSql('v')} IS NULL)) > 0`,
    complaint: `field ${first} or one of its kind is no decimal`,
  };
}

function required(at: number, sql: string, what: string): FieldReader {
  return { sql, malformed: `(${sql}) IS NULL`, complaint: `field ${at} is no ${what}` };
}

function optional(at: number, sql: string, what: string): FieldReader {
  return { sql, malformed: `${field(at)} <> '' AND (${sql}) IS NULL`, complaint: `field ${at} is no ${what}` };
}

function numberSql(value: string): string {
  return `CASE WHEN isfinite(TRY_CAST(${numeric(value)} AS DOUBLE)) THEN TRY_CAST(${value} AS DOUBLE) END`;
}

/** The text when it is a number as venues write them; a cast alone takes more ("nan", "1_000"). */
function numeric(value: string): string {
  return `CASE WHEN regexp_full_match(${value}, ${NUMBER}) THEN ${value} END`;
}

/** Plain text without zeros at the end. What has an exponent is written out, unless that would lose a digit. */
function decimalSql(value: string): string {
  const short = (digits: string): string => `rtrim(rtrim(${digits}, '0'), '.')`;
  const wide = `TRY_CAST(${numeric(value)} AS DECIMAL(38, 18))`;
  return `CASE WHEN regexp_full_match(${value}, ${PLAIN}) THEN CASE WHEN contains(${value}, '.') THEN ${short(value)} ELSE ${value} END
    WHEN ${wide}::DOUBLE = TRY_CAST(${value} AS DOUBLE) THEN ${short(`${wide}::VARCHAR`)} END`;
}

function inRange(us: string): string {
  return `CASE WHEN ${us} BETWEEN ${FIRST_US} AND ${LAST_US} THEN ${us} END`;
}
