import { createHash } from 'node:crypto';

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

/** A server's answer to the request that opens a WebSocket. */
export function openingAnswer(request: Buffer): string {
  const key = /^Sec-WebSocket-Key: (.*)\r$/im.exec(request.toString('latin1'))?.[1] ?? '';
  const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
  return `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`;
}
