import type { Clock } from '../domain/clock.js';
import type { ExecutionResult } from '../execution/execution-types.js';
import { LatencyRecorder } from '../gateway/latency.js';
import type { ExecutionView, TradingReport } from './trading-report.js';

const EXECUTIONS_KEPT = 50;
const REFUSALS_SHOWN = 20;
/** Reasons that are counted one by one; what comes beyond them is counted together. */
const REASONS_KEPT = 256;
const OTHER_REASONS = 'other reasons';

/** What trading has done in this run: counts, the newest executions, and how long their steps took. */
export class Activity {
  emitted = 0;
  refused = 0;
  executed = 0;
  private succeeded = 0;
  private failed = 0;
  private readonly refusals = new Map<string, number>();
  private readonly newest: ExecutionView[] = [];
  private readonly intentToSent = new LatencyRecorder();
  private readonly sentToAcknowledged = new LatencyRecorder();
  private readonly sentToFilled = new LatencyRecorder();

  /** @param strategyNames by Intent.strategy */
  constructor(
    private readonly strategyNames: readonly string[],
    private readonly clock: Clock,
  ) {}

  refuse(reason: string): void {
    this.refused++;
    const counted = this.refusals.has(reason) || this.refusals.size < REASONS_KEPT ? reason : OTHER_REASONS;
    this.refusals.set(counted, (this.refusals.get(counted) ?? 0) + 1);
  }

  /** An execution came to its end, or to another one after late news. */
  finished(result: ExecutionResult): void {
    const view = this.viewOf(result);
    const place = this.newest.findIndex(({ executionId }) => executionId === result.executionId);
    if (place >= 0) {
      const before = this.newest[place];
      if (before !== undefined) this.count(before.success, -1);
      this.newest[place] = view;
    } else {
      this.newest.unshift(view);
      if (this.newest.length > EXECUTIONS_KEPT) this.newest.pop();
      this.time(result);
    }
    this.count(view.success, 1);
  }

  /** The part of the report that this keeps. */
  report(): Pick<TradingReport, 'intents' | 'refusals' | 'executions' | 'cycleUs'> {
    const { emitted, refused, executed, succeeded, failed } = this;
    const { count, ...intentToSent } = percentiles(this.intentToSent);
    const { p50, p99 } = intentToSent;
    const step = (recorder: LatencyRecorder) => {
      const figures = percentiles(recorder);
      return { p50: figures.p50, p99: figures.p99 };
    };
    return {
      intents: { emitted, refused, executed, succeeded, failed },
      refusals: [...this.refusals]
        .map(([reason, times]) => ({ reason, count: times }))
        .sort((left, right) => right.count - left.count)
        .slice(0, REFUSALS_SHOWN),
      executions: [...this.newest],
      cycleUs: {
        count,
        intentToSent: { p50, p99 },
        sentToAcknowledged: step(this.sentToAcknowledged),
        sentToFilled: step(this.sentToFilled),
      },
    };
  }

  private count(success: boolean, by: 1 | -1): void {
    if (success) this.succeeded += by;
    else this.failed += by;
  }

  private time({ orders, executionLatencyMs }: ExecutionResult): void {
    let hasLeft = false;
    for (const { isHedge, timing } of orders) {
      const { sentUs, acknowledgedUs, firstFillUs } = timing;
      if (sentUs === null) continue;
      hasLeft ||= !isHedge;
      if (acknowledgedUs !== null) this.sentToAcknowledged.record(acknowledgedUs - sentUs);
      if (firstFillUs !== null) this.sentToFilled.record(firstFillUs - sentUs);
    }
    if (hasLeft) this.intentToSent.record(executionLatencyMs * 1000);
  }

  private viewOf(result: ExecutionResult): ExecutionView {
    const { executionId, opportunity, realizedProfit, success, failureReason, executionLatencyMs, orders } = result;
    const { strategy, purpose, symbol, expectedNet } = opportunity;
    return {
      executionId,
      epochUs: this.clock.epochUs() - (this.clock.monotonicUs() - result.timestampUs),
      strategy: this.strategyNames[strategy] ?? '',
      purpose,
      symbol,
      asset: symbol.split('/').at(-1) ?? '',
      expectedNet,
      realised: realizedProfit,
      success,
      reason: failureReason,
      latencyMs: executionLatencyMs,
      orders: orders.map(({ venue, market, side, filled, quantity, isHedge, state }) => ({
        ...{ venue, market, side, filled, quantity, isHedge, state },
      })),
    };
  }
}

function percentiles(recorder: LatencyRecorder): { readonly count: number; readonly p50: number; readonly p99: number } {
  const { p50, p99, count } = recorder.figures();
  return { count, p50, p99 };
}
