/**
 * Reads a Retry-After header: seconds, or an HTTP date, which is taken relative to the answer's own Date header, so that a wrong
 * clock on this machine does not matter.
 * @returns milliseconds to wait, or undefined when the header is missing or cannot be read
 */
export function parseRetryAfterMs(retryAfter: string | undefined, date: string | undefined): number | undefined {
  if (retryAfter === undefined) return undefined;
  if (/^\d{1,9}$/.test(retryAfter)) return Number(retryAfter) * 1_000;
  const waitMs = Date.parse(retryAfter) - Date.parse(date ?? '');
  return Number.isNaN(waitMs) ? undefined : Math.max(0, waitMs);
}
