import type { Clock } from '../../domain/clock.js';
import { InvalidInputError } from '../../domain/errors.js';
import type { RestAnswer } from '../fronts/rest.js';
import { VenueApp } from '../fronts/venue-app.js';
import type { Faults } from './faults.js';
import type { FaultRuleInput } from './rules.js';

/** The commands for faults at run time: GET, POST and DELETE /faults, DELETE /faults/<id>. */
export function controlApp(faults: Faults, clock: Clock): VenueApp {
  const app = new VenueApp(clock, failure('500 Internal Server Error', 'internal error'), failure('404 Not Found', 'not found'));
  app.get('/faults', () => success(faults.list()));
  app.route('POST', '/faults', ({ body }) => {
    try {
      return success({ id: faults.add(JSON.parse(body) as FaultRuleInput) });
    } catch (error) {
      if (error instanceof InvalidInputError || error instanceof SyntaxError) return failure('400 Bad Request', error.message);
      throw error;
    }
  });
  app.route('DELETE', '/faults', () => {
    faults.clear();
    return success(faults.list());
  });
  app.route('DELETE', '/faults/:id', ({ parameter }) =>
    faults.remove(parameter) ? success(faults.list()) : failure('404 Not Found', `no fault ${parameter}`),
  );
  return app;
}

function success(content: unknown): RestAnswer {
  return { body: JSON.stringify(content) };
}

function failure(status: string, error: string): RestAnswer {
  return { status, body: JSON.stringify({ error }) };
}
