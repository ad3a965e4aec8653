import type { RequestSender } from './http-message.js';

/** An address that only programs of this machine reach: 127.0.0.0/8, ::1, or the name of both. */
const LOOPBACK_NAME = /^(localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])$/;

const MAPPED_IPV4 = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff];
const IPV6_LOOPBACK = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];

/** Whether a connection comes from this machine: 127.0.0.0/8, the same as IPv6 writes it, or ::1. */
function isLoopback(address: Uint8Array): boolean {
  if (address.length === 4) return address[0] === 127;
  const begins = (bytes: readonly number[]): boolean => bytes.every((byte, index) => address[index] === byte);
  return begins(IPV6_LOOPBACK) || begins([...MAPPED_IPV4, 127]);
}

/** Whether a page of `origin` was served by `host`. Browsers always send an Origin; programs, which send none, may pass. */
export function isOwnOrigin(origin: string, host: string): boolean {
  if (origin === '') return true;
  return URL.canParse(origin) && new URL(origin).host === host;
}

/**
 * Whether somebody on this machine asks: a program, or a page that this server served itself. What no page of another site can
 * bring about, neither with its own name nor with one that it points at this machine.
 */
export function isLocalSender({ address, host, origin, fetchSite }: RequestSender): boolean {
  if (!isLoopback(address)) return false;
  const url = `http://${host}`;
  if (!URL.canParse(url) || !LOOPBACK_NAME.test(new URL(url).hostname)) return false;
  return isOwnOrigin(origin, host) && (fetchSite === '' || fetchSite === 'same-origin');
}
