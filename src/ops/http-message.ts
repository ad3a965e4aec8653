/** One request, as the API needs it. */
export interface HttpRequestView {
  /** Upper case. */
  readonly method: string;
  readonly path: string;
  /** The raw query, without the question mark. */
  readonly query: string;
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
