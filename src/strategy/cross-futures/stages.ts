import type { DecisionStage } from '../decision-log.js';

/** Stages of the decisions about one contract on several venues. */
export const ENTRY = 0;
export const EXIT = 1;

/** Outcomes of a look for an entry. */
export const ENTER = 0;
export const BELOW_THRESHOLD = 1;
export const NO_SIZE = 2;
export const UNAFFORDABLE = 3;
export const EXPIRING = 4;
export const IMPLAUSIBLE = 5;
export const UNCONFIRMED = 6;

/** Outcomes of a look at a position. */
export const CONVERGED = 0;
export const FUNDING_AGAINST = 1;
export const MAXIMUM_HOLD = 2;
export const ADVERSE_MOVE = 3;
export const ROLLOVER_WINDOW = 4;
export const HOLD = 5;

/** How they are read. Prices are those of the row's best pair, sizes and results those of the whole plan. */
export const CROSS_FUTURES_STAGES: readonly DecisionStage[] = [
  {
    name: 'entry',
    verdicts: ['enter', 'below-threshold', 'no-size', 'unaffordable', 'expiring', 'implausible', 'unconfirmed'],
    figures: [
      'buyAskPrice',
      'sellBidPrice',
      'grossBps',
      'entryNetBps',
      'buyFundingBps',
      'sellFundingBps',
      'legCount',
      'sizeBase',
      'expectedNetQuote',
      'expectedNetBps',
      'thresholdBps',
      'stoodMs',
      'confirmMs',
    ],
  },
  {
    name: 'exit',
    verdicts: ['converged', 'funding-against', 'maximum-hold', 'adverse-move', 'rollover-window', 'hold'],
    figures: [
      'longValueQuote',
      'shortValueQuote',
      'spreadBps',
      'fundingBps',
      'holdBps',
      'targetBps',
      'heldHours',
      'adverseMoveBps',
    ],
  },
];
