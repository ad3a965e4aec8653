import { decode } from '/vendor/msgpack/decode.mjs';

const RETRY_MS_MIN = 500;
const RETRY_MS_MAX = 5000;
/** Snapshots come four times a second; three seconds without one is no accident. */
const SILENCE_MS_MAX = 3000;
const SILENCE_CHECK_MS = 500;

/**
 * Keeps a WebSocket to the engine open for as long as the page lives and hands on what it says.
 * @param {(message: object) => void} onMessage every decoded message
 * @param {(trouble: string | null) => void} onTrouble a sentence when the engine cannot be heard, null when it can again
 */
export function openStream(onMessage, onTrouble) {
  let retryMs = RETRY_MS_MIN;
  let heardAtMs = performance.now();
  let socket;

  function connect() {
    socket = new WebSocket(`${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/stream`);
    socket.binaryType = 'arraybuffer';
    socket.onopen = () => {
      heardAtMs = performance.now();
    };
    socket.onmessage = ({ data }) => {
      const message = decode(data);
      if (message.type === 'snapshot') {
        heardAtMs = performance.now();
        retryMs = RETRY_MS_MIN;
        onTrouble(null);
      }
      onMessage(message);
    };
    socket.onclose = () => {
      onTrouble('Connection to the engine lost. Trying again; what you see is old.');
      setTimeout(connect, retryMs);
      retryMs = Math.min(retryMs * 2, RETRY_MS_MAX);
    };
  }

  setInterval(() => {
    const silent = performance.now() - heardAtMs > SILENCE_MS_MAX;
    if (silent && socket.readyState === WebSocket.OPEN) onTrouble('The engine is silent; what you see is old.');
  }, SILENCE_CHECK_MS);
  connect();
}
