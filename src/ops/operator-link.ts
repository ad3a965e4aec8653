import type { MessagePort } from 'node:worker_threads';
import { InvalidInputError } from '../domain/errors.js';
import type { ControlAnswer, ControlRequest, OperatorCommand, OperatorEvent, OperatorSnapshot } from './messages.js';

/** Carries out what a person tells trading to do. */
export type ControlHandler = (request: ControlRequest) => ControlAnswer | Promise<ControlAnswer>;

/** The main thread's end of the port to the operator worker. */
export interface OperatorLink {
  readonly host: string;
  /** The port that the server listens on. */
  readonly port: number;
  post(snapshot: OperatorSnapshot): void;
  /** Sets who carries out control requests; without one they are refused. */
  onControl(handler: ControlHandler): void;
  /** Asks the worker to close every socket. @returns once it has, and the port is closed on both sides */
  close(): Promise<void>;
}

/**
 * Waits until the operator worker at the other end of `port` listens.
 * @throws InvalidInputError with one sentence when it cannot listen where it was told to
 */
export function openOperatorLink(port: MessagePort): Promise<OperatorLink> {
  const tell = (command: OperatorCommand): void => port.postMessage(command);
  const gone = new Promise<void>((resolve) => port.once('close', resolve));
  let control: ControlHandler = () => ({ ok: false, message: 'Nothing is traded here, or not yet.' });
  const linkTo = (host: string, listenPort: number): OperatorLink => ({
    host,
    port: listenPort,
    post: (snapshot) => tell({ type: 'snapshot', snapshot }),
    onControl(handler) {
      control = handler;
    },
    close() {
      tell({ type: 'close' });
      return gone;
    },
  });
  return new Promise((resolve, reject) => {
    port.on('message', (event: OperatorEvent) => {
      if (event.type === 'listening') resolve(linkTo(event.host, event.port));
      else if (event.type === 'control')
        void carryOut(control, event.request).then((answer) => tell({ type: 'controlled', id: event.id, answer }));
      else if (event.type === 'closed') port.close();
      else if (event.invalidInput) reject(new InvalidInputError(event.message));
      else reject(new Error(`The operator worker failed: ${event.message}`));
    });
    void gone.then(() => reject(new Error('The operator worker ended before it listened.')));
  });
}

/** A handler that fails is an answer too: whoever asked must not be left waiting. */
async function carryOut(handler: ControlHandler, request: ControlRequest): Promise<ControlAnswer> {
  try {
    return await handler(request);
  } catch (error) {
    return { ok: false, message: error instanceof Error ? error.message : String(error) };
  }
}
