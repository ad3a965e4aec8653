const ZERO = 48;
const NINE = 57;
const POINT = 46;

/**
 * A plain positive decimal as a whole number of 10^-scale, without a decimal made of it: ("63012.50", 2) is 6301250.
 * @returns NaN for everything else, for a digit beyond the scale, and for more units than a float64 counts one by one: those are
 * what exact decimals are for
 */
export function wholeUnits(text: string, scale: number): number {
  let units = 0;
  let decimals = -1;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code >= ZERO && code <= NINE) {
      if (decimals >= scale) {
        if (code !== ZERO) return Number.NaN;
        continue;
      }
      units = units * 10 + (code - ZERO);
      if (decimals >= 0) decimals++;
    } else if (code === POINT && decimals < 0 && at > 0 && at < text.length - 1) decimals = 0;
    else return Number.NaN;
  }
  for (let left = scale - Math.max(decimals, 0); left > 0; left--) units *= 10;
  return units > 0 && units <= Number.MAX_SAFE_INTEGER ? units : Number.NaN;
}
