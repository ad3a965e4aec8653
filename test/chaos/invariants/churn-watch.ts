import { OWN_INTENTS } from '../../../src/execution/executor.js';
import type { JournalEntry } from '../../../src/ledger/entries.js';
import type { Accuse } from './report.js';

const WINDOW_US = 60e6;
/** What comes in parts is evened out a few times: three were the most in 150 seeds. */
const TIMES_MAX = 10;

interface Evening {
  readonly clientOrderId: string;
  readonly atUs: number;
}

/** What a desk evens out for a strategy stays so: it is not traded to and fro between the two, at a loss each time. */
export class ChurnWatch {
  /** By run, strategy and asset: the orders of the last minute that evened something out. */
  private readonly recent = new Map<string, Evening[]>();

  /** Intents of a desk with one leg: with more it closes or reduces what is hedged. */
  private readonly evenings = new Set<string>();

  constructor(private readonly accuse: Accuse) {}

  /** Takes an entry of the ledger. Intents are named "run/intent", client order ids of the simulation are "run:intent:leg:order". */
  take(entry: JournalEntry): void {
    if (entry.kind === 'intent') {
      const isOwn = Number(entry.intent.split('/').at(-1)) > OWN_INTENTS;
      if (isOwn && entry.legs.length === 1) this.evenings.add(entry.intent);
    }
    if (entry.kind !== 'fill') return;
    const { clientOrderId, strategy, base, monotonicUs: atUs } = entry;
    const [run, intent] = clientOrderId.split(':');
    if (!this.evenings.has(`${run}/${intent}`)) return;
    const key = `${run} ${strategy} ${base}`;
    const recent = (this.recent.get(key) ?? []).filter((one) => one.atUs > atUs - WINDOW_US);
    this.recent.set(key, recent);
    if (recent.some((one) => one.clientOrderId === clientOrderId)) return;
    recent.push({ clientOrderId, atUs });
    if (recent.length === TIMES_MAX)
      this.accuse('evened-for-ever', `${base} of ${strategy} was evened out ${TIMES_MAX} times within ${WINDOW_US / 1e6} s`);
  }
}
