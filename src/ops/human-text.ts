/** A whole number with thin groups: 12,345. */
export function count(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

/** A latency with the unit that suits it: 850 ns, 12.3 µs, 4.56 ms, 1.20 s. */
export function latency(us: number): string {
  if (us < 1) return `${Math.round(us * 1000)} ns`;
  if (us < 1000) return `${us.toFixed(1)} µs`;
  if (us < 1e6) return `${(us / 1000).toFixed(2)} ms`;
  return `${(us / 1e6).toFixed(2)} s`;
}

/** A time span for people: 450 ms, 12.3 s, 4m 05s, 2h 03m. */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  const seconds = Math.floor(ms / 1000);
  if (seconds < 60) return `${(ms / 1000).toFixed(1)} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m ${String(seconds % 60).padStart(2, '0')}s`;
  return `${Math.floor(seconds / 3600)}h ${String(Math.floor((seconds % 3600) / 60)).padStart(2, '0')}m`;
}

/** Bytes as mebibytes. */
export function mebibytes(bytes: number): string {
  return `${Math.round(bytes / 1048576)} MiB`;
}
