const wholeNumber = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** A whole number in groups: 12,345. */
export function count(value) {
  return wholeNumber.format(value);
}

/** A large number in short: 12.3k, 4.5M. */
export function short(value) {
  if (value < 1e4) return count(value);
  return value < 1e6 ? `${(value / 1e3).toFixed(1)}k` : `${(value / 1e6).toFixed(2)}M`;
}

/** A latency with the unit that suits it. */
export function latency(us) {
  if (us < 1) return `${Math.round(us * 1000)} ns`;
  if (us < 1000) return `${us.toFixed(us < 100 ? 1 : 0)} µs`;
  return us < 1e6 ? `${(us / 1000).toFixed(us < 1e5 ? 2 : 0)} ms` : `${(us / 1e6).toFixed(2)} s`;
}

/** A time span for people. */
export function duration(ms) {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  const seconds = Math.floor(ms / 1000);
  if (seconds < 60) return `${(ms / 1000).toFixed(1)} s`;
  const two = (value) => String(value).padStart(2, '0');
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m ${two(seconds % 60)}s`;
  return `${Math.floor(seconds / 3600)}h ${two(Math.floor((seconds % 3600) / 60))}m`;
}

/** Bytes as mebibytes. */
export function mebibytes(bytes) {
  return `${count(bytes / 1048576)} MiB`;
}

/** An amount with its sign and two digits. */
export function signed(amount) {
  return `${amount < 0 ? '-' : '+'}${Math.abs(amount).toFixed(2)}`;
}

/** An exact amount for the eye: four digits behind the point, or as many significant ones when it is small. */
export function shortAmount(text) {
  const amount = Number(text);
  return Math.abs(amount) >= 1 || amount === 0 ? amount.toFixed(4) : String(Number(amount.toPrecision(4)));
}

/** A fraction as percent. */
export function percent(fraction) {
  return `${(fraction * 100).toFixed(1)}%`;
}

/** A moment as the time of its UTC day. */
export function timeOfDay(epochUs) {
  return new Date(epochUs / 1000).toISOString().slice(11, 23);
}

const NAMES = { binance: 'Binance', coinbase: 'Coinbase', kraken: 'Kraken', mexc: 'MEXC', gateio: 'Gate.io' };

/** A venue's name as people write it. */
export function venueName(venue) {
  return NAMES[venue] ?? venue;
}
