import type { RestAnswer, RestRequest } from './rest.js';

/** What a frame or a connection is for. A front says so where one path serves more than public data. */
export const SOCKET_TRAFFIC = ['ws-public', 'ws-private', 'ws-trade'] as const;
export type SocketTraffic = (typeof SOCKET_TRAFFIC)[number];

/** What is known of a frame besides its bytes. */
export interface FrameNote {
  readonly traffic: SocketTraffic;
  /** Name of the topic it was published to; empty for an answer to one client. */
  readonly topic: string;
}

/** The client's end of a connection, as a host gives it. Calls after the end are ignored. */
export interface SocketPeer {
  send(frame: string | Uint8Array, note: FrameNote): void;
  ping(payload: string): void;
  /** Ends with the closing handshake. */
  close(code: number, reason: string): void;
  /** Ends the TCP connection at once; `halfFrame` leaves that frame unfinished on the wire. */
  destroy(halfFrame?: string | Uint8Array): void;
}

/** The opening request of a WebSocket. */
export interface Handshake {
  readonly path: string;
  readonly query: URLSearchParams;
  /** By lower-case name. */
  readonly headers: ReadonlyMap<string, string>;
  readonly address: string;
}

/** What a host tells of one connection. */
export interface SocketReceiver {
  message(text: string): void;
  pong(): void;
  /** The connection is gone, whoever ended it. */
  closed(): void;
  /** What a message from the client is for; null asks what the connection is for at the moment. */
  trafficOf(text: string | null): SocketTraffic;
}

/** Where the answer to a request goes, once at most. */
export interface Responder {
  answer(answer: RestAnswer): void;
  /** Ends the TCP connection without an answer. */
  destroy(): void;
}

/** What becomes of an opening request. */
export type Admission = 'open' | 'destroy' | RestAnswer;

/** A venue as a host sees it. */
export interface VenuePort {
  serve(request: RestRequest, responder: Responder): void;
  admit(handshake: Handshake): Admission;
  /** What the connections of a path are for as they open. */
  trafficAt(path: string): SocketTraffic;
  accept(handshake: Handshake, peer: SocketPeer): SocketReceiver;
}

/** Where a venue is reached. */
export interface Host {
  /**
   * Starts to serve a venue.
   * @param port 0 for any free one
   * @returns the authority of its URLs, such as `127.0.0.1:9000`
   * @throws InvalidInputError when the port cannot be had
   */
  listen(venue: VenuePort, host: string, port: number): Promise<string>;
  /** Closes every port and connection, also those that only wait for another request. */
  stop(): void;
}
