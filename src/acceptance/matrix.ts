import { ACCOUNT_CASES } from './account-cases.js';
import type { AcceptanceCase } from './case.js';
import { DATA_CASES } from './data-cases.js';
import { NotApplicable, Shortfall } from './demand.js';
import { ORDER_CASES } from './order-cases.js';
import type { Subject } from './subject.js';

/** Every case, in the order in which they run. */
export const ACCEPTANCE_CASES: readonly AcceptanceCase[] = [...DATA_CASES, ...ORDER_CASES, ...ACCOUNT_CASES];

/** What came of a case. `fault`: it ended in an error that it does not know. */
export interface CaseResult {
  readonly id: string;
  readonly title: string;
  readonly verdict: 'passed' | 'failed' | 'fault' | 'not applicable';
  readonly detail: string;
  readonly durationMs: number;
}

/** Runs cases one after the other on a subject that was started. `chosen` names cases or, by a letter, all of one kind; empty is all. */
export async function runMatrix(
  subject: Subject,
  chosen: readonly string[] = [],
  onResult: (result: CaseResult) => void = () => undefined,
): Promise<CaseResult[]> {
  const results: CaseResult[] = [];
  const { clock } = subject.parts;
  for (const one of ACCEPTANCE_CASES) {
    if (one.market !== undefined && one.market !== subject.protocol.market) continue;
    if (chosen.length > 0 && !chosen.some((name) => one.id === name || one.id.startsWith(`${name}-`))) continue;
    const startedUs = clock.monotonicUs();
    const { verdict, detail } = await judge(one, subject);
    const result = {
      id: one.id,
      title: one.title,
      verdict,
      detail,
      durationMs: Math.round((clock.monotonicUs() - startedUs) / 1000),
    };
    results.push(result);
    onResult(result);
  }
  return results;
}

async function judge(one: AcceptanceCase, subject: Subject): Promise<Pick<CaseResult, 'verdict' | 'detail'>> {
  try {
    return { verdict: 'passed', detail: await one.run(subject) };
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    if (error instanceof NotApplicable) return { verdict: 'not applicable', detail };
    return { verdict: error instanceof Shortfall ? 'failed' : 'fault', detail };
  }
}
