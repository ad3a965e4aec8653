import type { Timer, Timers } from '../domain/clock.js';
import { Exact } from '../domain/decimal.js';
import { VenueProtocolError } from '../domain/errors.js';
import { type Fill, isFinal, type OrderReference, type OrderReport } from '../domain/order.js';
import { reasonOf } from '../gateway/events.js';
import { askOrder, cancelOrphan } from './open-order-sweep.js';
import type { VenuePort } from './ports.js';
import { type KnownFill, keyOf, type PositionReconciler } from './reconciler.js';
import type { AccountName, AccountSnapshot, Movement, PositionImbalance } from './reconciliation-types.js';
import { fetchLists } from './reconciliation-watch.js';
import { feeAllowance, syntheticFill } from './synthetic-fill.js';

/** An order that was not known to have ended. */
export interface StartOrder extends OrderReference {
  readonly side: Fill['side'];
  /** What its known fills sum up to: quantity, and value in the quote asset. */
  readonly filledQty: string;
  readonly filledQuote: string;
}

/** What is known of an account from before. */
export interface StartSnapshot {
  readonly account: AccountSnapshot;
  /** When the account's opening balances were read: what was filled before is in them. From the beginning on when left out. */
  readonly openedMs?: number;
  /** Everything up to then is known, by the venue's clock. */
  readonly sinceMs: number;
  /** When the newest known fill of any account happened, by its venue's clock. */
  readonly filledMs?: number;
  /** When the oldest known fill happened whose fee is still to be told, by the venue's clock; left out when all are known. */
  readonly unpaidMs?: number;
  /** Fills that are in the snapshot already: at least those of `overlapMs` before `sinceMs`. */
  readonly fills: readonly KnownFill[];
  readonly openOrders: readonly StartOrder[];
}

/** What needs a venue at the start. */
export type StartPort = Pick<
  VenuePort,
  'isLive' | 'venueMs' | 'openOrders' | 'order' | 'cancel' | 'fills' | 'balances' | 'positions'
>;

export interface StartAccount extends AccountName {
  readonly port: StartPort;
  /** Null on the very first start: what the venue says is where the account begins. */
  readonly snapshot: StartSnapshot | null;
}

/** What was found at the start, as it is found; to be kept. */
export type StartEvent =
  /** A fill that happened while nobody looked, or the fee of one that was told without. A synthetic one has an id that is always the same for the same fill. */
  | { readonly kind: 'missed-fill'; readonly fill: Fill; readonly isSynthetic: boolean }
  | {
      readonly kind: 'order-ended';
      readonly account: AccountName;
      readonly reference: OrderReference;
      readonly order: OrderReport | null;
    }
  | { readonly kind: 'orphan'; readonly account: AccountName; readonly order: OrderReport; readonly outcome: string }
  /** The very first start: this is what there is. */
  | { readonly kind: 'opening'; readonly account: AccountSnapshot; readonly venueMs: number }
  | { readonly kind: 'adjusted'; readonly movement: Movement };

export interface StartUpParts {
  readonly reconciler: PositionReconciler;
  readonly accounts: readonly StartAccount[];
  readonly timers: Timers;
  readonly onEvent: (event: StartEvent) => void;
  /** Transfers that nobody could have told us of. */
  readonly movements?: readonly Movement[];
  /** Finds out which funding payments fell due from a moment on, so that the reconciler hears of them; asked again and again. */
  readonly findFunding?: (account: AccountName, sinceMs: number) => Promise<void>;
  /** Milliseconds for which the process that sent the orders of before has certainly been gone; 0 when left out. */
  readonly deadForMs?: () => number;
  readonly settings?: Partial<StartUpSettings>;
}

export interface StartUpSettings {
  /** How long an account may take until it is followed. */
  readonly liveMsMax: number;
  /** How often, and how far apart, is looked again before a mismatch counts. */
  readonly tries: number;
  readonly pauseMs: number;
  /**
   * The process that sent the orders of before has ended: what it sent arrives within so long, or never. What comes later all the same
   * is told by the account's stream, and an orphan to the sweep.
   */
  readonly deadAfterMs: number;
  /** How far before the last known moment fills are asked for, at first and where that does not explain everything. */
  readonly firstOverlapMs: number;
  readonly overlapMs: number;
  /** On the very first start: take positions over that nobody here opened. */
  readonly adoptPositions: boolean;
}

export const DEFAULT_START_UP_SETTINGS: StartUpSettings = {
  liveMsMax: 60_000,
  tries: 8,
  pauseMs: 250,
  deadAfterMs: 1_000,
  firstOverlapMs: 10_000,
  overlapMs: 300_000,
  adoptPositions: false,
};

export type StartState =
  | { readonly kind: 'reconciling' }
  | { readonly kind: 'ready' }
  | { readonly kind: 'blocked'; readonly reason: string; readonly mismatches: readonly PositionImbalance[] };

const LIVE_CHECK_MS = 50;

/**
 * The start: what was known before and what the venues say are brought together, before the first new order. Orders from before are
 * ended, fills that were missed are booked, and when what is held still cannot be explained, trading is refused.
 */
export class StartUp {
  private readonly settings: StartUpSettings;
  private current: StartState = { kind: 'reconciling' };
  private readonly waits = new Set<{ readonly timer: Timer; readonly goOn: () => void }>();
  private isStopped = false;

  constructor(private readonly parts: StartUpParts) {
    this.settings = { ...DEFAULT_START_UP_SETTINGS, ...parts.settings };
  }

  get state(): StartState {
    return this.current;
  }

  /** Why nothing may be sent yet; null when the start is over and all is explained. */
  refusal(): string | null {
    if (this.current.kind === 'ready') return null;
    return this.current.kind === 'reconciling' ? 'the start is not over: reconciling' : this.current.reason;
  }

  /** Runs the start; also again, after a block was looked into. Never rejects. */
  async run(): Promise<StartState> {
    this.current = { kind: 'reconciling' };
    const ends = await Promise.all(this.parts.accounts.map((account) => this.startAccount(account)));
    const reasons = ends.flatMap(({ reason }) => (reason === null ? [] : [reason]));
    const mismatches = ends.flatMap((end) => end.mismatches);
    this.current = reasons.length === 0 ? { kind: 'ready' } : { kind: 'blocked', reason: reasons.join('; '), mismatches };
    return this.current;
  }

  /** Gives the start up: it ends soon, and blocked. */
  stop(): void {
    this.isStopped = true;
    for (const { timer, goOn } of this.waits) {
      timer.cancel();
      goOn();
    }
  }

  private async startAccount(
    account: StartAccount,
  ): Promise<{ readonly reason: string | null; readonly mismatches: readonly PositionImbalance[] }> {
    try {
      await this.untilLive(account);
      if (account.snapshot === null) await this.open(account);
      else this.resume(account, account.snapshot);
      const ended = await this.endOrders(account);
      let mismatches: readonly PositionImbalance[] = [];
      for (let attempt = 1; attempt <= this.settings.tries; attempt++) {
        if (attempt > 1) await this.pause(this.settings.pauseMs);
        await this.bookFills(account, ended, attempt);
        await fetchLists(this.parts.reconciler, account);
        mismatches = this.mismatchesOf(account);
        if (mismatches.length === 0 && !this.isBlind(account)) return { reason: null, mismatches };
      }
      if (mismatches.length === 0) throw new VenueProtocolError('the account is not followed');
      return { reason: mismatches.map(sentence).join('; '), mismatches };
    } catch (error) {
      return { reason: `${keyOf(account)}: ${reasonOf(error)}`, mismatches: [] };
    }
  }

  private async untilLive({ port }: StartAccount): Promise<void> {
    const { liveMsMax } = this.settings;
    for (let waitedMs = 0; !port.isLive; waitedMs += LIVE_CHECK_MS) {
      if (waitedMs >= liveMsMax) throw new VenueProtocolError(`the account was not followed within ${liveMsMax} ms`);
      await this.pause(LIVE_CHECK_MS);
    }
  }

  /** The very first start: no order from before can be ours, and what there is is where the account begins. */
  private async open(account: StartAccount): Promise<void> {
    const { venue, market, port } = account;
    const { reconciler, onEvent } = this.parts;
    await this.cancelAllBut(account);
    const fills = await port.fills(null, port.venueMs() - this.settings.overlapMs);
    const [balances, positions] = await Promise.all([port.balances(), market === 'futures' ? port.positions() : []]);
    const held = positions.filter(({ size }) => !new Exact(size).isZero());
    if (held.length > 0 && !this.settings.adoptPositions)
      throw new VenueProtocolError(
        `positions that nobody here opened: ${held.map(({ contract }) => contract.symbol).join(', ')}`,
      );
    const snapshot: AccountSnapshot = {
      venue,
      market,
      balances: balances.map(({ asset, total }) => ({ asset, total })),
      positions: held.map(({ contract, side, size, entryPrice }) => {
        const signedSize = new Exact(side === 'sell' ? `-${size}` : size);
        const openCost = signedSize.mul(contract.contractSize).mul(entryPrice).toFixed();
        return { symbol: contract.symbol, signedSize: signedSize.toFixed(), openCost };
      }),
    };
    reconciler.begin(snapshot, fills);
    onEvent({ kind: 'opening', account: snapshot, venueMs: port.venueMs() });
  }

  private resume(account: StartAccount, { account: kept, fills }: StartSnapshot): void {
    const { reconciler, movements = [] } = this.parts;
    reconciler.begin(kept, fills);
    for (const movement of movements) if (keyOf(movement) === keyOf(account)) reconciler.trackMovement(movement);
  }

  /** Ends every order from before. @returns what the venue says of ours */
  private async endOrders(account: StartAccount): Promise<readonly EndedOrder[]> {
    const { port, snapshot } = account;
    const known = snapshot?.openOrders ?? [];
    const found = await Promise.all(
      known.map(async (order): Promise<EndedOrder[]> => {
        const { symbol, venueOrderId, clientOrderId } = order;
        const reference = { symbol, venueOrderId, clientOrderId };
        const report = await this.endOf(port, reference);
        this.parts.onEvent({ kind: 'order-ended', account: nameOf(account), reference, order: report });
        return report === null ? [] : [{ order, report }];
      }),
    );
    await this.cancelAllBut(account);
    return found.flat();
  }

  /** @returns null when the venue has never had the order, and cannot get it any more */
  private async endOf(port: StartPort, reference: OrderReference): Promise<OrderReport | null> {
    const { tries, pauseMs, deadAfterMs } = this.settings;
    const { deadForMs = () => 0 } = this.parts;
    const untilDeadMs = (): number => Math.max(0, deadAfterMs - deadForMs());
    // Reads are dear at some venues: what was never answered is asked for once it can arrive no more, and then one denial is enough.
    let isLastWord = reference.venueOrderId === null;
    if (isLastWord && untilDeadMs() > 0) await this.pause(untilDeadMs());
    for (let attempt = 0; attempt < tries || isLastWord; attempt++) {
      if (attempt > 0) await this.pause(isLastWord ? Math.max(pauseMs, untilDeadMs()) : pauseMs);
      const report = await askOrder(port, reference);
      if (report === null) {
        if (isLastWord) return null;
        isLastWord = true;
        continue;
      }
      isLastWord = false;
      if (isFinal(report.state)) return report;
      if (report.state !== 'unknown') await cancelOrphan(port, report);
    }
    throw new VenueProtocolError(`order ${nameOfOrder(reference)} cannot be cancelled`);
  }

  /** Cancels what is open; nothing is when it returns. */
  private async cancelAllBut(account: StartAccount): Promise<void> {
    const { port } = account;
    for (let attempt = 1; attempt <= this.settings.tries; attempt++) {
      const open = await port.openOrders();
      if (open.length === 0) return;
      for (const order of open) {
        const { outcome } = await cancelOrphan(port, order);
        this.parts.onEvent({ kind: 'orphan', account: nameOf(account), order, outcome });
      }
      await this.pause(this.settings.pauseMs);
    }
    throw new VenueProtocolError('orders are open that cannot be cancelled');
  }

  /**
   * Books what was missed: at first what is new, since some venues count every page of fills, and then what is older as well; in any case
   * from where a fee was not told, which balances may not show. What an order says it was filled and no fill tells is worked out from the
   * order, at last.
   */
  private async bookFills(account: StartAccount, ended: readonly EndedOrder[], attempt: number): Promise<void> {
    const { reconciler, onEvent, findFunding } = this.parts;
    const { port, snapshot } = account;
    if (snapshot === null) return;
    // A machine whose clock was ahead left times that are still to come; what a venue stamped is sure.
    const knownMs = snapshot.sinceMs > port.venueMs() ? (snapshot.filledMs ?? 0) : snapshot.sinceMs;
    const { firstOverlapMs, overlapMs, tries } = this.settings;
    const isLast = attempt === tries;
    const { openedMs = 0, unpaidMs = Number.POSITIVE_INFINITY } = snapshot;
    const since = (beforeMs: number): number => Math.max(openedMs, Math.min(knownMs - beforeMs, unpaidMs));
    const sinceMs = since(attempt === 1 && !isLast ? firstOverlapMs : overlapMs);
    const fills = (await port.fills(null, sinceMs)).filter(({ timeMs }) => timeMs >= sinceMs);
    for (const fill of fills)
      if (reconciler.trackExecutionPositions(fill).changes.length > 0) onEvent({ kind: 'missed-fill', fill, isSynthetic: false });
    // What another account was paid may have been the last that was kept: from further back, as with fills.
    await findFunding?.(nameOf(account), since(overlapMs));
    if (!isLast) return;
    for (const { order, report } of ended) {
      const known = new Set(snapshot.fills.map(({ tradeId, symbol, side }) => `${symbol} ${tradeId} ${side}`));
      const fresh = fills.filter(
        (fill) => fill.venueOrderId === report.venueOrderId && !known.has(`${fill.symbol} ${fill.tradeId} ${fill.side}`),
      );
      const instrument = reconciler.instrument(account, order.symbol);
      const fill = instrument === undefined ? null : syntheticFill(instrument, order, report, fresh, port.venueMs());
      if (fill === null || instrument === undefined || !reconciler.trackExecutionPositions(fill).isNew) continue;
      onEvent({ kind: 'missed-fill', fill, isSynthetic: true });
      await fetchLists(reconciler, account);
      for (const imbalance of this.mismatchesOf(account)) {
        const movement = feeAllowance(instrument, fill, imbalance);
        if (movement !== null && reconciler.trackMovement(movement) !== null) onEvent({ kind: 'adjusted', movement });
      }
    }
  }

  private mismatchesOf(account: AccountName): readonly PositionImbalance[] {
    const { imbalances } = this.parts.reconciler.check();
    return imbalances.filter((one) => keyOf(one) === keyOf(account) && !one.withinTolerance);
  }

  private isBlind(account: AccountName): boolean {
    return this.parts.reconciler.check().blind.some((one) => keyOf(one) === keyOf(account));
  }

  /** @throws VenueProtocolError when the start was given up */
  private async pause(ms: number): Promise<void> {
    if (!this.isStopped) {
      await new Promise<void>((resolve) => {
        const wait = { timer: this.parts.timers.after(ms, () => wait.goOn()), goOn: () => this.waits.delete(wait) && resolve() };
        this.waits.add(wait);
      });
    }
    if (this.isStopped) throw new VenueProtocolError('the start was given up');
  }
}

interface EndedOrder {
  readonly order: StartOrder;
  readonly report: OrderReport;
}

function nameOf({ venue, market }: AccountName): AccountName {
  return { venue, market };
}

function nameOfOrder({ clientOrderId, venueOrderId }: OrderReference): string {
  return clientOrderId ?? venueOrderId ?? 'without a name';
}

function sentence({ venue, market, asset, symbol, expectedBalance, actualBalance }: PositionImbalance): string {
  return `${venue} ${market} ${symbol ?? asset}: expected ${expectedBalance}, the venue has ${actualBalance}`;
}
