/** One request, as the API needs it. */
export interface HttpRequestView {
  /** Upper case. */
  readonly method: string;
  readonly path: string;
  /** The raw query, without the question mark. */
  readonly query: string;
  readonly sender: RequestSender;
  /** Media type as it was sent; empty when it was not. */
  readonly contentType: string;
  /** What was sent with a POST; null when that was too much to take. */
  readonly body: string | null;
}

/** Who seems to ask: the headers as they were sent, empty where they were not. */
export interface RequestSender {
  /** The bytes of the address that the connection comes from, 4 or 16. */
  readonly address: Uint8Array;
  readonly host: string;
  readonly origin: string;
  readonly fetchSite: string;
}

/** One whole answer. */
export interface HttpAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string | Uint8Array;
  /** Methods allowed, on a 405. */
  readonly allow?: string;
}

const JSON_CONTENT_TYPE = 'application/json; charset=utf-8';

/** Answers with JSON. */
export function json(status: number, value: unknown): HttpAnswer {
  return { status, contentType: JSON_CONTENT_TYPE, body: JSON.stringify(value) };
}

/** Answers with text. */
export function text(status: number, contentType: string, body: string | Uint8Array): HttpAnswer {
  return { status, contentType, body };
}

/** Answers with an error: a code for machines and one sentence for people. */
export function failure(status: number, code: `TIERCEL_${string}`, message: string): HttpAnswer {
  return json(status, { error: { code, message } });
}

/** 404 with its sentence. */
export function notFound(message: string): HttpAnswer {
  return failure(404, 'TIERCEL_NOT_FOUND', message);
}

/** 404 where there is no trading to tell of, or to command. */
export function nothingTraded(): HttpAnswer {
  return notFound('Nothing is traded here: this run only watches.');
}

/** 405 with its sentence. @param allow the methods as the header lists them */
export function wrongMethod({ method, path }: HttpRequestView, allow: string, words: string = allow): HttpAnswer {
  return { ...failure(405, 'TIERCEL_METHOD_NOT_ALLOWED', `${path} answers ${words}, not ${method}.`), allow };
}
