import type { Signals } from '../../kernel/signals.js';

/** What the pipeline asks of the signals of books. */
export type SignalSource = Pick<
  Signals,
  | 'onsets'
  | 'isActive'
  | 'strength'
  | 'sinceUs'
  | 'newestBucket'
  | 'bucketCount'
  | 'midUnits'
  | 'flowUnits'
  | 'boughtUnits'
  | 'soldUnits'
>;
