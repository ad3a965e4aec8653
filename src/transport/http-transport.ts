import { TiercelError } from '../domain/errors.js';

/** A whole HTTP answer, whatever its status. */
export interface HttpResponse {
  readonly status: number;
  /** Names in lower case; values of a repeated header joined by commas. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** The wait that the venue asked for, with 429, 418 or 503 for example. */
  readonly retryAfterMs: number | undefined;
}

/** One request, complete. */
export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
}

/** Sends each request at most once; repeating one is the caller's decision. */
export interface HttpTransport {
  /**
   * Any status is an answer, 429 and 5xx as well; the caller judges it. Redirects are not followed.
   * @throws VenueConnectionError when no whole answer came; `wasSent` tells whether the venue may have received the request
   */
  request(request: HttpRequest): Promise<HttpResponse>;
  /** Ends all connections; requests under way fail. */
  close(): Promise<void>;
}

/** Whether a request that failed with this error can have reached its receiver. An error that does not tell counts as sent. */
export function wasSent(error: unknown): boolean {
  return !(error instanceof TiercelError && error.context.sent === false);
}
