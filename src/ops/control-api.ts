import { z } from 'zod';
import { InvalidInputError } from '../domain/errors.js';
import { failure, type HttpAnswer, type HttpRequestView, json, nothingTraded, wrongMethod } from './http-message.js';
import type { ControlAnswer, ControlRequest, OperatorSnapshot } from './messages.js';
import { isLocalSender } from './request-sender.js';

const REASON_LENGTH_MAX = 500;
const NAME_LENGTH_MAX = 100;

/** The last snapshot (null until the engine sent one), and the way to the main thread. */
export interface ControlSources {
  snapshot(): OperatorSnapshot | null;
  /** Has a control request carried out; null says that nobody answered in time. */
  control(request: ControlRequest): Promise<ControlAnswer | null>;
}

/** One line of words: it ends up in logs, in a record and on terminals. */
function line(name: string, lengthMax: number) {
  const sentence = `${name} must be a line of 1 to ${lengthMax} characters.`;
  return z
    .string(sentence)
    .trim()
    .min(1, sentence)
    .max(lengthMax, sentence)
    .regex(/^\P{Cc}*$/u, sentence);
}

const reason = line('reason', REASON_LENGTH_MAX);
const by = line('by', NAME_LENGTH_MAX);
const expected = (fields: string) => ({ error: `The body must be a JSON object of ${fields} alone.` });

const StopBody = z
  .strictObject({ reason, by }, expected('reason and by'))
  .transform((body): ControlRequest => ({ kind: 'stop', ...body }));
const ClearBody = z.strictObject({ by }, expected('by')).transform((body): ControlRequest => ({ kind: 'clear', ...body }));

/** What may be told at which path. */
export const CONTROL_PATHS: ReadonlyMap<string, z.ZodType<ControlRequest>> = new Map([
  ['/api/v1/stop', StopBody],
  ['/api/v1/clear', ClearBody],
]);

/**
 * Has one control request carried out, if somebody on this machine sent it.
 * @throws InvalidInputError when the body is not what the path takes
 */
export async function answerControl(
  sources: ControlSources,
  request: HttpRequestView,
  body: z.ZodType<ControlRequest>,
): Promise<HttpAnswer> {
  if (request.method !== 'POST') return wrongMethod(request, 'POST');
  if (!isLocalSender(request.sender)) {
    return failure(403, 'TIERCEL_FOREIGN_ORIGIN', 'Control is only for programs on this machine and pages of this server.');
  }
  if (!/^application\/json\s*(;|$)/i.test(request.contentType)) {
    return failure(415, 'TIERCEL_MEDIA_TYPE', 'The body must be sent as application/json.');
  }
  if (request.body === null) return failure(413, 'TIERCEL_BODY_TOO_LARGE', 'The body is too large.');
  const wanted = parseBody(body, request.body);
  if (sources.snapshot()?.trading === null) return nothingTraded();
  const answer = await sources.control(wanted);
  if (answer === null) {
    const message = 'The engine did not answer in time; whether it has done as told is not known.';
    return failure(504, 'TIERCEL_NO_ANSWER', message);
  }
  return answer.ok ? json(200, answer) : failure(409, 'TIERCEL_CONTROL_REFUSED', answer.message);
}

function parseBody(body: z.ZodType<ControlRequest>, text: string): ControlRequest {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new InvalidInputError('The body is not JSON.', {}, { cause });
  }
  const result = body.safeParse(value);
  if (result.success) return result.data;
  throw new InvalidInputError(result.error.issues[0]?.message ?? 'The body cannot be used.');
}
