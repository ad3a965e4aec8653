import { payloadBytes } from './format.js';
import { isSnapshotUrl, symbolOfUrl } from './origin.js';
import { readCapture } from './reader.js';

/** One HTTP answer of a capture, and the line that it stands in. */
export interface RecordedAnswer {
  readonly line: number;
  readonly body: Buffer;
}

/** The HTTP answers of a capture, found by what a client asks for. */
export class RecordedAnswers {
  private readonly byRequest = new Map<string, RecordedAnswer>();
  private readonly byPath = new Map<string, RecordedAnswer>();
  /** WebSocket connections that something was received over, in the order of the file. */
  readonly connections = new Set<string>();
  /** Books by symbol, in the order of the file. */
  private readonly snapshots = new Map<string, RecordedAnswer[]>();

  /** Reads the answers of a capture. @throws InvalidInputError for a file that is no capture */
  static async of(file: string): Promise<RecordedAnswers> {
    const answers = new RecordedAnswers();
    for await (const { line, record } of readCapture(file)) {
      if (record.kind === 'ws' && record.dir === 'in') answers.connections.add(record.conn);
      if (record.kind === 'http' && record.dir === 'in' && record.url !== null)
        answers.add(line, record.url, payloadBytes(record));
    }
    return answers;
  }

  /**
   * The answer to a GET request. A book is asked for by its symbol, whatever depth: the first one that was not handed out yet, and
   * the last one again once all were. Everything else is found by path and query, or by its path alone.
   * @param handedOut line of the book that this symbol got last
   */
  find(
    path: string,
    query: string,
    handedOut: (symbol: string) => number,
  ): { answer: RecordedAnswer; symbol: string | undefined } | undefined {
    const url = `http://venue${path}${query === '' ? '' : `?${query}`}`;
    const symbol = isSnapshotUrl(url) ? symbolOfUrl(url) : undefined;
    if (symbol !== undefined) {
      const books = this.snapshots.get(symbol) ?? [];
      const answer = books.find(({ line }) => line > handedOut(symbol)) ?? books.at(-1);
      return answer === undefined ? undefined : { answer, symbol };
    }
    const exact = this.byRequest.get(`${path}?${query}`);
    if (exact !== undefined) return { answer: exact, symbol: undefined };
    const answer = this.byPath.get(path);
    if (answer === undefined) return undefined;
    // The recorder asked for everything at once; a client that turns pages finds it all on the first one.
    const isLaterPage = Number(new URLSearchParams(query).get('offset') ?? 0) > 0;
    return { answer: isLaterPage ? { line: answer.line, body: Buffer.from('[]') } : answer, symbol: undefined };
  }

  private add(line: number, url: string, body: Buffer): void {
    if (!URL.canParse(url)) return;
    const { pathname, search } = new URL(url);
    const answer = { line, body };
    const symbol = isSnapshotUrl(url) ? symbolOfUrl(url) : undefined;
    if (symbol === undefined) {
      this.byRequest.set(`${pathname}?${search.slice(1)}`, answer);
      if (!this.byPath.has(pathname)) this.byPath.set(pathname, answer);
      return;
    }
    const books = this.snapshots.get(symbol) ?? [];
    books.push(answer);
    this.snapshots.set(symbol, books);
  }
}
