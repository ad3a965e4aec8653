import { PHASE_FIRST, PHASE_WAITING } from '../../assembly/memory/layout.js';
import type { BookMessage } from './message.js';

/** What a book does with a delta: apply it, ignore it, start over, or have the caller keep it until the snapshot is there. */
export type Verdict = 'apply' | 'stale' | 'gap' | 'buffer';

/**
 * The venues' rules for following a stream of deltas ("Rules used" of the captures' manifest, and the protocol pages).
 * @param phase PHASE_... of the book
 * @param held last sequence the book has
 */
export function followRule(message: BookMessage, phase: number, held: number): Verdict {
  const { sync, firstSequence: first = 0, lastSequence: last = 0, previousSequence: previous } = message;
  if (phase === PHASE_WAITING) return sync === 'count' || sync === 'connection' || sync === 'gate-obu' ? 'stale' : 'buffer';
  switch (sync) {
    case 'count': // nothing to check: the venue numbers nothing (Coinbase Exchange) or sends checksums (Kraken)
    case 'connection': // numbered over all channels of a connection, so a book sees only some of the numbers
      return 'apply';
    case 'binance-spot':
    case 'gate-update':
    case 'mexc': // quantities are absolute, so frames may overlap with what is there, as long as nothing is missing
      if (last <= held) return 'stale';
      return first > held + 1 ? 'gap' : 'apply';
    case 'binance-usdm': // numbers are skipped, so each frame names its predecessor
      if (phase === PHASE_FIRST) {
        if (last < held) return 'stale';
        return first > held && previous !== held ? 'gap' : 'apply';
      }
      if (previous === held) return 'apply';
      return last <= held ? 'stale' : 'gap';
    case 'gate-obu':
      if (first === held + 1) return 'apply';
      return last <= held ? 'stale' : 'gap';
  }
}
