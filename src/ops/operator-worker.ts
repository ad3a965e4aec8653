import type { MessagePort } from 'node:worker_threads';
import type { Timers } from '../domain/clock.js';
import { InvalidInputError } from '../domain/errors.js';
import type { BookReader } from './books.js';
import { ControlCalls } from './control-calls.js';
import type { OperatorCommand, OperatorEvent } from './messages.js';
import { type OperatorServer, startOperatorServer } from './operator-server.js';
import type { SharedSpreads } from './spread-api.js';

/** Where the operator worker listens, and what its waits are timed with. */
export interface OperatorWorkerOptions {
  readonly host: string;
  readonly port: number;
  readonly timers: Timers;
  /** Spreads that are followed; none unless given. */
  readonly spreads?: SharedSpreads;
}

/**
 * The operator worker's life, on the worker's side of the port: starts the server, says `listening` (or `failed`), shows every
 * snapshot it is sent, passes control requests on and their answers back, and after `close` or the loss of the port closes every
 * socket, says `closed` and lets go of the port, so that the thread ends by itself. Nothing else may keep the thread alive.
 * @param createBookReader called once, on this thread
 * @returns when the port has been let go of
 */
export async function runOperatorWorker(
  port: MessagePort,
  { host, port: listenPort, timers, spreads = [] }: OperatorWorkerOptions,
  createBookReader: () => BookReader,
): Promise<void> {
  const tell = (event: OperatorEvent): void => port.postMessage(event);
  const calls = new ControlCalls((id, request) => tell({ type: 'control', id, request }), timers);
  let server: OperatorServer;
  try {
    server = await startOperatorServer({ host, port: listenPort, books: createBookReader(), spreads, control: calls.ask });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    tell({ type: 'failed', message, invalidInput: error instanceof InvalidInputError });
    port.close();
    return;
  }
  await new Promise<void>((resolve) => {
    port.on('message', (command: OperatorCommand) => {
      if (command.type === 'snapshot') server.update(command.snapshot);
      else if (command.type === 'controlled') calls.settle(command.id, command.answer);
      else resolve();
    });
    port.once('close', resolve);
    tell({ type: 'listening', host: server.host, port: server.port });
  });
  calls.close();
  server.close();
  tell({ type: 'closed' });
  port.close();
}
