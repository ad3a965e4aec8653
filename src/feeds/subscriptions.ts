/** A request on its way, until the venue has answered for every symbol of it. */
interface OpenRequest {
  readonly requestId: number;
  readonly symbols: Set<string>;
  readonly deadlineMs: number;
}

/** What a refusal means: these symbols will not be had; those groups have to be asked for again. */
export interface RefusalOutcome {
  readonly refused: readonly string[];
  readonly again: readonly (readonly string[])[];
}

const NOTHING: RefusalOutcome = { refused: [], again: [] };

/** The subscriptions that await an answer, for each connection in the order in which they were made. */
export class Subscriptions {
  private readonly open: OpenRequest[][];

  constructor(connections: number) {
    this.open = Array.from({ length: connections }, () => []);
  }

  /** Notes a request that was handed to the connection. */
  asked(connection: number, requestId: number, symbols: readonly string[], deadlineMs: number): void {
    this.open[connection]?.push({ requestId, symbols: new Set(symbols), deadlineMs });
  }

  /** Forgets a connection's requests: it is gone. */
  forget(connection: number): void {
    this.open[connection]?.splice(0);
  }

  /** The venue granted a request, or these symbols of it. @returns the symbols granted */
  granted(connection: number, requestId: number | null, symbols: readonly string[]): readonly string[] {
    const requests = this.open[connection] ?? [];
    const named = requests.find((request) => request.requestId === requestId);
    if (symbols.length === 0) {
      const request = named ?? (requestId === null ? requests[0] : undefined);
      if (request === undefined) return [];
      remove(requests, request);
      return [...request.symbols];
    }
    for (const request of named === undefined ? [...requests] : [named]) {
      for (const symbol of symbols) request.symbols.delete(symbol);
      if (request.symbols.size === 0) remove(requests, request);
    }
    return symbols;
  }

  /**
   * The venue refused a request, or these symbols of it. Where it fails a whole request without naming who is to blame, the halves
   * are asked for again, so that the culprit is found in few steps.
   */
  refused(connection: number, requestId: number | null, symbols: readonly string[], atomic: boolean): RefusalOutcome {
    const requests = this.open[connection] ?? [];
    const request =
      requests.find((candidate) => candidate.requestId === requestId) ??
      requests.find((candidate) => symbols.some((symbol) => candidate.symbols.has(symbol))) ??
      (symbols.length === 0 && requestId === null ? requests[0] : undefined);
    if (request === undefined) return NOTHING;
    const blamed = symbols.filter((symbol) => request.symbols.has(symbol));
    for (const symbol of blamed) request.symbols.delete(symbol);
    if (!atomic) {
      if (request.symbols.size === 0) remove(requests, request);
      return { refused: blamed, again: [] };
    }
    remove(requests, request);
    const rest = [...request.symbols];
    if (blamed.length > 0) return { refused: blamed, again: rest.length === 0 ? [] : [rest] };
    if (rest.length <= 1) return { refused: rest, again: [] };
    const half = Math.ceil(rest.length / 2);
    return { refused: [], again: [rest.slice(0, half), rest.slice(half)] };
  }

  /** Takes out all requests before one. @returns the symbols of them that await an answer */
  takeBefore(connection: number, requestId: number): readonly string[] {
    const requests = this.open[connection] ?? [];
    const early = requests.filter((request) => request.requestId < requestId);
    for (const request of early) remove(requests, request);
    return [...new Set(early.flatMap(({ symbols }) => [...symbols]))];
  }

  /** Takes out a request that should have been answered by now. @returns its symbols, undefined when there is none */
  takeOverdue(connection: number, nowMs: number): readonly string[] | undefined {
    const requests = this.open[connection] ?? [];
    const late = requests.find((request) => nowMs >= request.deadlineMs);
    if (late === undefined) return undefined;
    remove(requests, late);
    return [...late.symbols];
  }
}

function remove(requests: OpenRequest[], request: OpenRequest): void {
  requests.splice(requests.indexOf(request), 1);
}
