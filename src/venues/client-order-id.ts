import { hash } from 'node:crypto';

/** 128 bits that name an intent: the same for the same key, different for any two keys that ever occur. */
function intentDigest(key: string): Buffer {
  return hash('sha256', key, 'buffer').subarray(0, 16);
}

/** As an identifier of `[A-Za-z0-9_-]`, 22 characters, with a prefix of the venue's choice in front. */
export function shortClientOrderId(key: string, prefix = ''): string {
  return prefix + intentDigest(key).toString('base64url');
}

/** As a lower-case UUID of version 4 (RFC 9562), for venues that take nothing else. */
export function uuidClientOrderId(key: string): string {
  const bytes = intentDigest(key);
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = bytes.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
