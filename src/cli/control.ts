import { userInfo } from 'node:os';
import { z } from 'zod';
import { InvalidInputError } from '../domain/errors.js';
import type { ControlRequest } from '../ops/messages.js';
import type { CommandOutput } from './capture-verify.js';
import { askEngine, type EngineAnswer } from './engine-client.js';
import { EXIT_FOUND_FAULT, EXIT_GOOD } from './exit.js';

const DoneBody = z.object({ message: z.string() });
const FailureBody = z.object({ error: z.object({ code: z.string(), message: z.string() }) });

/** The engine was asked rightly, and could not, or would not, do it. */
const REFUSED = new Set(['TIERCEL_CONTROL_REFUSED', 'TIERCEL_NO_ANSWER', 'TIERCEL_INTERNAL']);

/**
 * Tells a running engine to stop trading, or to go on. @returns the exit code; 1 when the engine has not done it
 * @throws InvalidInputError when there is no such engine, or it cannot be asked that
 */
export async function commandEngine(url: string, { kind, ...body }: ControlRequest, { write }: CommandOutput): Promise<number> {
  const answer = await askEngine(url, `/api/v1/${kind}`, body);
  const done = DoneBody.safeParse(answer.body);
  if (answer.status === 200 && done.success) {
    write(`${done.data.message}\n`);
    return EXIT_GOOD;
  }
  const { code, message } = engineError(url, answer);
  if (!REFUSED.has(code)) throw new InvalidInputError(message, { url });
  write(`${message}\n`);
  return EXIT_FOUND_FAULT;
}

/** What a running engine's API complained of. @throws InvalidInputError when that is no answer of an engine */
export function engineError(url: string, { status, body }: EngineAnswer): { code: string; message: string } {
  const parsed = FailureBody.safeParse(body);
  if (parsed.success) return parsed.data.error;
  throw new InvalidInputError(`what answers at ${url} is no Tiercel engine (status ${status}); --url names another`, { url });
}

/** Whoever is logged in, as stops and clearances are signed. */
export function personAtTerminal(): string {
  try {
    return userInfo().username;
  } catch {
    return 'somebody at the command line';
  }
}
