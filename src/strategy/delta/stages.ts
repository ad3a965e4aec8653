import type { DecisionStage } from '../decision-log.js';
import { ENTRY_VERDICTS } from './entry-plan.js';

/** Why a position is closed, in the order in which it is looked at. */
export const EXIT_REASONS = ['convergence', 'max-hold', 'safety'] as const;
export const [CONVERGENCE, MAX_HOLD, SAFETY_MOVE] = [0, 1, 2] as const;
export const NO_EXIT = -1;

export const [ENTRY_STAGE, EXIT_STAGE] = [0, 1] as const;

/** The decisions of the delta strategy. What is below the entry threshold, or needs no exit, is not noted. */
export const DELTA_STAGES: readonly DecisionStage[] = [
  {
    name: 'entry',
    verdicts: ENTRY_VERDICTS,
    figures: [
      'spotAskQuote',
      'futuresBidQuote',
      'entrySpreadPct',
      'entryThresholdPct',
      'exitThresholdPct',
      'positionMultiplier',
      'sizeBase',
      'spotEntryQuote',
      'futuresEntryQuote',
      'expectedNetQuote',
    ],
  },
  {
    name: 'exit',
    verdicts: EXIT_REASONS,
    figures: [
      'spotBidQuote',
      'futuresAskQuote',
      'exitSpreadPct',
      'exitThresholdPct',
      'heldMinutes',
      'maxHoldMinutes',
      'futuresMovePct',
      'netAtTouchQuote',
    ],
  },
];
