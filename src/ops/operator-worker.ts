import type { MessagePort } from 'node:worker_threads';
import { InvalidInputError } from '../domain/errors.js';
import type { BookReader } from './books.js';
import type { OperatorCommand, OperatorEvent } from './messages.js';
import { type OperatorServer, startOperatorServer } from './operator-server.js';

/** Where the operator worker listens. */
export interface OperatorWorkerOptions {
  readonly host: string;
  readonly port: number;
}

/**
 * The operator worker's life, on the worker's side of the port: starts the server, says `listening` (or `failed`), shows every
 * snapshot it is sent, and after `close` or the loss of the port closes every socket, says `closed` and lets go of the port, so
 * that the thread ends by itself. Nothing else may keep the thread alive.
 * @param createBookReader called once, on this thread
 * @returns when the port has been let go of
 */
export async function runOperatorWorker(
  port: MessagePort,
  options: OperatorWorkerOptions,
  createBookReader: () => BookReader,
): Promise<void> {
  const tell = (event: OperatorEvent): void => port.postMessage(event);
  let server: OperatorServer;
  try {
    server = await startOperatorServer({ ...options, books: createBookReader() });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    tell({ type: 'failed', message, invalidInput: error instanceof InvalidInputError });
    port.close();
    return;
  }
  await new Promise<void>((resolve) => {
    port.on('message', (command: OperatorCommand) => {
      if (command.type === 'snapshot') server.update(command.snapshot);
      else resolve();
    });
    port.once('close', resolve);
    tell({ type: 'listening', host: server.host, port: server.port });
  });
  server.close();
  tell({ type: 'closed' });
  port.close();
}
