import { uuidClientOrderId } from '../../../venues/client-order-id.js';
import type { EngineAccount } from '../../matching/types.js';

const ORDER_ID = /^0c0b0000-0000-4000-8000-([0-9a-f]{12})$/;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const CLIENT_OID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** The id under which the venue knows an order. */
export function orderUuid(id: number): string {
  return `0c0b0000-0000-4000-8000-${id.toString(16).padStart(12, '0')}`;
}

/** The order's number by its id; null when no order can have that id. */
export function orderNumber(uuid: string): number | null {
  const digits = ORDER_ID.exec(uuid)?.[1];
  return digits === undefined ? null : Number.parseInt(digits, 16);
}

export function isUuid(text: string): boolean {
  return UUID.test(text);
}

/** The client id that the venue keeps: it drops what is no lower-case UUID of version 4, without a word. */
export function keptClientOid(text: string | undefined): string | null {
  return text !== undefined && CLIENT_OID.test(text) ? text : null;
}

export function profileId(account: EngineAccount): string {
  return uuidClientOrderId(`profile:${account.id}`);
}

export function userId(account: EngineAccount): string {
  return account.id.toString(16).padStart(24, '0');
}

/** The id of a profile's account for one currency. */
export function currencyAccountId(account: EngineAccount, currency: string): string {
  return uuidClientOrderId(`account:${account.id}:${currency}`);
}
