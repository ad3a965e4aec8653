import type { MessagePort } from 'node:worker_threads';
import { InvalidInputError } from '../domain/errors.js';
import type { OperatorCommand, OperatorEvent, OperatorSnapshot } from './messages.js';

/** The main thread's end of the port to the operator worker. */
export interface OperatorLink {
  readonly host: string;
  /** The port that the server listens on. */
  readonly port: number;
  post(snapshot: OperatorSnapshot): void;
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
  const linkTo = (host: string, listenPort: number): OperatorLink => ({
    host,
    port: listenPort,
    post: (snapshot) => tell({ type: 'snapshot', snapshot }),
    close() {
      tell({ type: 'close' });
      return gone;
    },
  });
  return new Promise((resolve, reject) => {
    port.on('message', (event: OperatorEvent) => {
      if (event.type === 'listening') resolve(linkTo(event.host, event.port));
      else if (event.type === 'closed') port.close();
      else if (event.invalidInput) reject(new InvalidInputError(event.message));
      else reject(new Error(`The operator worker failed: ${event.message}`));
    });
    void gone.then(() => reject(new Error('The operator worker ended before it listened.')));
  });
}
