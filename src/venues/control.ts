import type { ControlMessage } from './contract.js';

/** A JSON object as a control frame carries it. */
export type ControlFields = Readonly<Record<string, unknown>>;

export const ALIVE: ControlMessage = { kind: 'alive' };
export const OTHER: ControlMessage = { kind: 'other' };

const REASON_LENGTH_MAX = 300;

/** The answer to a request that was granted. */
export function acknowledged(requestId: number | null, symbols: readonly string[] = []): ControlMessage {
  return { kind: 'acknowledged', requestId, symbols };
}

/** The answer to a request of which nothing was granted. */
export function refusedWhole(requestId: number | null, symbols: readonly string[], reason: string): ControlMessage {
  return { kind: 'refused', requestId, symbols, atomic: true, reason: short(reason) };
}

/** The answer that leaves out some symbols of a request. */
export function refusedPart(requestId: number | null, symbols: readonly string[], reason: string): ControlMessage {
  return { kind: 'refused', requestId, symbols, atomic: false, reason: short(reason) };
}

/** A complaint that belongs to no request. */
export function complaint(reason: string): ControlMessage {
  return { kind: 'error', reason: short(reason) };
}

/** Reads a control frame as a JSON object and has `classify` judge it; whatever is no object is an error message. */
export function readControl(text: string, classify: (fields: ControlFields) => ControlMessage): ControlMessage {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return complaint(`neither a frame of the kernel's nor JSON: ${text}`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return complaint(`no JSON object: ${text}`);
  return classify(value as ControlFields);
}

/** The member as an object; an empty one when it is none. */
export function fieldsOf(value: unknown): ControlFields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as ControlFields) : {};
}

/** The member as a text; '' when it is none. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '';
}

/** The member as a list of texts, without whatever is none. */
export function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];
}

/** The id of a request as sent back; null when the frame has none. */
export function requestIdOf(value: unknown): number | null {
  return typeof value === 'number' && Number.isSafeInteger(value) ? value : null;
}

function short(reason: string): string {
  return reason.length <= REASON_LENGTH_MAX ? reason : `${reason.slice(0, REASON_LENGTH_MAX)}...`;
}
