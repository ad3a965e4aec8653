import type { StreamHeartbeat } from '../trading.js';
import { wsRequest } from './signing.js';

/** The venue closes every connection after a day. */
export const LIFETIME_MS = 86_400_000;

/** Id of the requests that only ask whether anybody is there. */
export const HEARTBEAT_ID = 'ping';

/** The WebSocket API answers a `ping` request; it costs one weight. */
export const wsHeartbeat: StreamHeartbeat = { intervalMs: 15_000, text: () => wsRequest(HEARTBEAT_ID, 'ping', []) };
