import type { DecisionStage } from '../decision-log.js';

/** Stages of the decisions. */
export const DETECT = 0;
export const RANK = 1;
export const PLAN = 2;

/** Outcomes of looking at a row whose touch passes the first filter. */
export const CONFIRMED = 0;
export const UNCONFIRMED = 1;
export const NO_SIZE = 2;
export const NOT_TRADABLE = 3;
export const IMPLAUSIBLE = 4;
/** The first filter: not noted. */
export const NOTHING = 5;

/** Outcomes of ranking a confirmed opportunity. */
export const QUEUED = 0;
export const LOW_CONFIDENCE = 1;
export const PLAN_OPEN = 2;
export const COOLING = 3;
export const QUEUE_FULL = 4;

/** Outcomes of planning a queued one. */
export const EMIT = 0;
export const NO_FUNDS = 1;
export const OVER_CAP = 2;
export const OVER_BUDGET = 3;
export const GONE = 4;

/** How the decisions of the three-tier strategy are read. */
export const THREE_TIER_STAGES: readonly DecisionStage[] = [
  {
    name: 'detect',
    verdicts: ['confirmed', 'unconfirmed', 'no-size', 'not-tradable', 'implausible'],
    figures: [
      'askPrice',
      'bidPrice',
      'grossBps',
      'touchNetBps',
      'minNetBps',
      'disagreementBps',
      'maxSpreadBps',
      'profitableSizes',
      'bestNetQuote',
      'bestNetBps',
      'stoodMs',
      'confirmMs',
      'laterLooks',
      'confirmations',
    ],
  },
  {
    name: 'rank',
    verdicts: ['queued', 'low-confidence', 'plan-open', 'cooling', 'queue-full'],
    figures: [
      'sizeBase',
      'netQuote',
      'costQuote',
      'depth',
      'freshness',
      'persistence',
      'history',
      'confidence',
      'minConfidence',
      'extraLevels',
      'score',
      'queueLength',
    ],
  },
  {
    name: 'plan',
    verdicts: ['emit', 'no-funds', 'over-cap', 'over-budget', 'gone'],
    figures: [
      'sizeBase',
      'costQuote',
      'netQuote',
      'netBps',
      'buyLimitPrice',
      'sellLimitPrice',
      'availableQuote',
      'availableBase',
      'rowCapQuote',
      'budgetLeftQuote',
      'stoodMs',
    ],
  },
];
