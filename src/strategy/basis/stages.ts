import type { DecisionStage } from '../decision-log.js';

/** Stages of the basis strategy's decisions. */
export const ENTRY = 0;
export const EXIT = 1;
export const ROLL = 2;

/** Outcomes of looking at a pair that is not held. */
export const ENTER = 0;
export const BELOW_THRESHOLD = 1;
export const UNAFFORDABLE = 2;
export const TOO_SMALL = 3;
export const TOO_THIN = 4;
export const BOOK_TAKEN = 5;
export const EXPIRING = 6;
export const IMPLAUSIBLE = 7;

/** Outcomes of looking at a position: why it is closed, or that it is not. */
export const CONVERGED = 0;
export const FUNDING_FLIPPED = 1;
export const MAXIMUM_HOLD = 2;
export const ADVERSE_MOVE = 3;
export const ROLLOVER_WINDOW = 4;
export const HOLD = 5;

/** Outcomes of looking for the contract to roll into. */
export const ROLLED = 0;
export const NOT_PAID_FOR = 1;
export const NO_LATER_CONTRACT = 2;

const LOOK_FIGURES = [
  'spotBidPrice',
  'spotAskPrice',
  'futuresBidPrice',
  'futuresAskPrice',
  'direction',
  'midBasisBps',
  'entryBasisBps',
  'exitBasisBps',
  'fairBps',
  'nextFundingBps',
  'fundingBps',
  'costsBps',
  'expectedNetBps',
  'hoursToExpiry',
  'positionBase',
];

/** How the decisions of the basis strategy are read. `direction` is 1 for long spot and short futures. */
export const BASIS_STAGES: readonly DecisionStage[] = [
  {
    name: 'entry',
    verdicts: ['enter', 'below-threshold', 'unaffordable', 'too-small', 'too-thin', 'book-taken', 'expiring', 'implausible'],
    figures: [...LOOK_FIGURES, 'sizeBase', 'expectedNetQuote', 'sizeNetBps', 'thresholdBps'],
  },
  {
    name: 'exit',
    verdicts: ['converged', 'funding-flipped', 'maximum-hold', 'adverse-move', 'rollover-window', 'hold'],
    figures: [...LOOK_FIGURES, 'targetBasisBps', 'heldHours', 'adverseMoveBps'],
  },
  {
    name: 'roll',
    verdicts: ['roll', 'not-paid-for', 'no-later-contract'],
    figures: [...LOOK_FIGURES, 'sizeBase', 'expectedNetQuote', 'sizeNetBps', 'thresholdBps'],
  },
];
