import { connect as connectTcp, isIP, type OnReadOpts, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';

/** Certificates are always verified; `ca` replaces the authorities that are trusted. */
export interface TlsOptions {
  readonly ca?: string | Buffer;
  readonly servername?: string;
}

/**
 * Starts a TCP or TLS connection that reads into one buffer.
 * @param onReady called once when bytes can be written, after the certificate was verified
 */
export function openSocket(url: URL, tls: TlsOptions, onread: OnReadOpts, onReady: (socket: Socket) => void): Socket {
  const secure = url.protocol === 'wss:';
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const target = { host, port: Number(url.port) || (secure ? 443 : 80), onread };
  const socket = secure ? connectTls({ ...target, ...tlsOptions(host, tls) }) : connectTcp(target);
  socket.once('connect', () => socket.setNoDelay(true).setKeepAlive(true));
  socket.once(secure ? 'secureConnect' : 'connect', () => onReady(socket));
  return socket;
}

function tlsOptions(host: string, tls: TlsOptions): ConnectionOptions {
  const servername = tls.servername ?? (isIP(host) === 0 ? host : '');
  // Said outright, so that no environment variable switches verification off.
  const options: ConnectionOptions = { rejectUnauthorized: true, ALPNProtocols: ['http/1.1'], servername };
  return tls.ca === undefined ? options : { ...options, ca: tls.ca };
}
