import { createWriteStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { request } from 'undici';
import type { Timers } from '../domain/clock.js';
import { VenueConnectionError } from '../domain/errors.js';
import type { HttpResponse } from './http-transport.js';
import { parseRetryAfterMs } from './retry-after.js';

export interface DownloadOptions {
  /** Until the answer begins, and between any two pieces of it. */
  readonly silenceMs: number;
  readonly redirectsMax: number;
}

const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/**
 * Writes the body of an answer to a file as it comes, whatever its length and status, and as it was sent: nothing is unzipped. Redirects to
 * https, or on one host, are followed; credentials go to the first host alone.
 * @throws VenueConnectionError when no whole answer came; the file is worthless then
 */
export async function downloadFile(
  url: string,
  headers: Readonly<Record<string, string>>,
  path: string,
  { silenceMs, redirectsMax }: DownloadOptions,
  timers: Timers,
): Promise<Omit<HttpResponse, 'body'>> {
  const { origin, pathname, host } = new URL(url);
  const abort = new AbortController();
  let timer = timers.after(silenceMs, () => abort.abort());
  const heard = (): void => {
    timer.cancel();
    timer = timers.after(silenceMs, () => abort.abort());
  };
  try {
    const answer = await request(url, { headers, signal: abort.signal });
    heard();
    const plain = Object.fromEntries(
      Object.entries(answer.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : (value ?? '')]),
    );
    const location = plain['location'];
    if (REDIRECTS.has(answer.statusCode) && location !== undefined && redirectsMax > 0) {
      answer.body.destroy();
      const next = new URL(location, url);
      if (next.host !== host && next.protocol !== 'https:') throw new Error(`redirected to ${next.origin}`);
      const { authorization, ...others } = headers;
      const kept = next.host === host && authorization !== undefined ? { ...others, authorization } : others;
      return await downloadFile(next.href, kept, path, { silenceMs, redirectsMax: redirectsMax - 1 }, timers);
    }
    answer.body.on('data', heard);
    await pipeline(answer.body, createWriteStream(path));
    const file = await open(path, 'r+');
    try {
      await file.sync();
    } finally {
      await file.close();
    }
    const retryAfterMs = parseRetryAfterMs(plain['retry-after'], plain['date']);
    return { status: answer.statusCode, headers: plain, retryAfterMs };
  } catch (cause) {
    const reason = abort.signal.aborted ? `silent for ${silenceMs} ms` : cause instanceof Error ? cause.message : String(cause);
    throw new VenueConnectionError(`GET ${origin}${pathname}: ${reason}`, { origin, path: pathname }, { cause });
  } finally {
    timer.cancel();
  }
}
