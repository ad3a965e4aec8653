import { InvalidInputError } from '../domain/errors.js';

/** Longer than the engine's own wait for an answer of its main thread. */
const ANSWER_MS_MAX = 8_000;

/** What the API of a running engine answered. */
export interface EngineAnswer {
  readonly status: number;
  readonly body: unknown;
}

/**
 * Asks the API of a running engine. @param body sent as JSON with a POST; a GET when left out
 * @throws InvalidInputError when nothing that speaks like an engine is there
 */
export async function askEngine(url: string, path: string, body?: unknown): Promise<EngineAnswer> {
  const target = engineUrl(url, path);
  let response: Response;
  let text: string;
  try {
    response = await fetch(target, {
      ...(body !== undefined && { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) }),
      redirect: 'error',
      signal: AbortSignal.timeout(ANSWER_MS_MAX),
    });
    text = await response.text();
  } catch (cause) {
    throw new InvalidInputError(`no engine answers at ${url}: ${causeText(cause)}; --url names another`, { url }, { cause });
  }
  try {
    return { status: response.status, body: JSON.parse(text) };
  } catch (cause) {
    throw new InvalidInputError(`what answers at ${url} is no Tiercel engine; --url names another`, { url }, { cause });
  }
}

function engineUrl(url: string, path: string): URL {
  const base = URL.canParse(url) ? new URL(url) : undefined;
  if (base?.protocol === 'http:' || base?.protocol === 'https:') return new URL(path, base);
  throw new InvalidInputError(`--url ${url} is no address such as http://127.0.0.1:8686`, { url });
}

/** What happened below `fetch failed`. */
function causeText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return `nothing came within ${ANSWER_MS_MAX / 1000} s`;
  const { code } = (error.cause ?? error) as NodeJS.ErrnoException;
  return code ?? error.message;
}
