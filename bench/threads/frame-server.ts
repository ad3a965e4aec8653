import { createHash } from 'node:crypto';
import { type AddressInfo, createServer } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';

/** What the thread that serves frames is given: all messages of a connection, as bytes of the wire. */
export interface FrameServerData {
  readonly wire: Uint8Array;
}

/** Frames as a server sends them over a WebSocket: unmasked, one message a frame. */
export function wireOf(frames: readonly Uint8Array[]): Buffer {
  return Buffer.concat(
    frames.flatMap((frame) => {
      const short = frame.length < 126;
      const header = Buffer.alloc(short ? 2 : 4);
      header[0] = 0x81;
      header[1] = short ? frame.length : 126;
      if (frame.length > 0xffff) throw new RangeError('a frame of more than 65535 bytes');
      if (!short) header.writeUInt16BE(frame.length, 2);
      return [header, frame];
    }),
  );
}

if (parentPort !== null) {
  const { wire } = workerData as FrameServerData;
  const server = createServer({ noDelay: true }, (socket) => {
    socket.on('error', () => socket.destroy());
    socket.once('data', (request) => {
      const key = /^Sec-WebSocket-Key: (.*)\r$/im.exec(request.toString('latin1'))?.[1] ?? '';
      const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
      const head = ['HTTP/1.1 101 Switching Protocols', 'Upgrade: websocket', 'Connection: Upgrade', `Sec-WebSocket-Accept: ${accept}`];
      socket.write(`${head.join('\r\n')}\r\n\r\n`);
      socket.write(wire);
    });
  });
  server.listen(0, '127.0.0.1', () => parentPort?.postMessage((server.address() as AddressInfo).port));
}
