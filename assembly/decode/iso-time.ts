// Times in ISO 8601 form, in UTC: "2026-01-01T00:00:00.123456Z", with up to nine digits behind the point.
import { fractionDigits, shortUnits, shortValue } from './number';

const MINUTE_US: f64 = 60000000;

// The minute read last, by its text: the frames of a feed name nearly always the same one.
let minuteDate: u64 = 0; // YYYY-MM-
let minuteTime: u64 = 0; // DDTHH:MM
let minuteUs: f64 = -1;

/** Value of `count` digits, or something beyond 10^count when one of them is none. */
function digitsAt(from: usize, count: i32): i32 {
  let value = 0;
  for (let i = 0; i < count; i++) {
    const digit = <u32>load<u8>(from + i) - 0x30;
    if (digit > 9) return 100000;
    value = value * 10 + <i32>digit;
  }
  return value;
}

function daysInMonth(year: i32, month: i32): i32 {
  if (month == 2) return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0 ? 29 : 28;
  return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

/** Days from 1970-01-01 to a date of the Gregorian calendar, counting years from March so that the leap day comes last. */
function daysSinceEpoch(year: i32, month: i32, day: i32): i32 {
  const marchYear = month > 2 ? year : year - 1;
  const marchMonth = month > 2 ? month - 3 : month + 9;
  const leapDays = marchYear / 4 - marchYear / 100 + marchYear / 400;
  return marchYear * 365 + leapDays + (153 * marchMonth + 2) / 5 + day - 719469;
}

/** Microseconds of "YYYY-MM-DDTHH:MM"; -1 when it is no such time, or one before the epoch. */
function startOfMinuteUs(from: usize): f64 {
  const separator = load<u8>(from, 10);
  if (load<u8>(from, 4) != 0x2d || load<u8>(from, 7) != 0x2d || load<u8>(from, 13) != 0x3a) return -1;
  if (separator != 0x54 && separator != 0x20) return -1;
  const year = digitsAt(from, 4);
  const month = digitsAt(from + 5, 2);
  const day = digitsAt(from + 8, 2);
  const hour = digitsAt(from + 11, 2);
  const minute = digitsAt(from + 14, 2);
  if (year < 1970 || year > 9999 || month < 1 || month > 12 || day < 1 || day > daysInMonth(year, month)) return -1;
  if (hour > 23 || minute > 59) return -1;
  return ((<f64>daysSinceEpoch(year, month, day) * 24 + <f64>hour) * 60 + <f64>minute) * MINUTE_US;
}

/**
 * Reads a time in UTC.
 * @returns microseconds since the epoch, finer digits dropped; 0 when it is none, or lies before the epoch (Coinbase sends the
 * year 1 for a time it does not know)
 */
export function isoUs(from: usize, length: i32): f64 {
  if (length < 20 || length > 40) return 0;
  const date = load<u64>(from);
  const time = load<u64>(from, 8);
  if (date != minuteDate || time != minuteTime) {
    minuteDate = date;
    minuteTime = time;
    minuteUs = startOfMinuteUs(from);
  }
  // "45.123456" is a decimal: seconds, here in nanoseconds.
  const point = load<u8>(from, 19);
  const next = shortUnits(from + 17, 9);
  if (minuteUs < 0 || load<u8>(from, 16) != 0x3a || next == 0 || fractionDigits > 9 || shortValue >= 60000000000) return 0;
  if (fractionDigits == 0 ? next != from + 19 : point != 0x2e) return 0;
  const end = from + <usize>length;
  const zulu = load<u8>(next) == 0x5a && next + 1 == end;
  // +00:00
  const zero = next + 6 == end && load<u32>(next) == 0x3a30302b && load<u16>(next, 4) == 0x3030;
  return zulu || zero ? minuteUs + floor(shortValue / 1000) : 0;
}
