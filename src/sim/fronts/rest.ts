/** What a client asked for over HTTP, as it came: signatures are made over exact texts. */
export interface RestRequest {
  readonly method: string;
  readonly path: string;
  /** The query without its question mark, undecoded. */
  readonly rawQuery: string;
  readonly query: URLSearchParams;
  /** Empty where there is none. */
  readonly body: string;
  /** The parts of the path that the route's `:names` stand for, decoded, in order. */
  readonly parameters: readonly string[];
  /** The first of them, or empty. */
  readonly parameter: string;
  /** Empty where the request has no such header. */
  header(lowerCaseName: string): string;
  /** Address of the client: limits by address are kept by it. */
  readonly address: string;
}

/** The answer; status 200 unless said otherwise. */
export interface RestAnswer {
  readonly status?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

export const REST_METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;
export type RestMethod = (typeof REST_METHODS)[number];
