import { type AddressInfo, createServer } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';
import { openingAnswer } from '../wire.js';

/** What the thread that serves frames is given: all messages of a connection, as bytes of the wire. */
export interface FrameServerData {
  readonly wire: Uint8Array;
}

const { wire } = workerData as FrameServerData;
const server = createServer({ noDelay: true }, (socket) => {
  socket.on('error', () => socket.destroy());
  socket.once('data', (request) => {
    socket.write(openingAnswer(request));
    socket.write(wire);
  });
});
server.listen(0, '127.0.0.1', () => parentPort?.postMessage((server.address() as AddressInfo).port));
