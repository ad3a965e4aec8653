import type { Clock, Timer, Timers } from '../domain/clock.js';
import type { Fill } from '../domain/order.js';
import type { Market, VenueId } from '../domain/venue.js';
import { type AccountEvent, reasonOf } from '../gateway/events.js';
import type { VenuePort } from './ports.js';
import { keyOf, type PositionReconciler } from './reconciler.js';
import type { AccountName, PositionImbalance, ReconciliationResult } from './reconciliation-types.js';

/** What is told while accounts are watched. */
export type ReconciliationEvent =
  /** A difference that has stayed although the venue was asked again; once, and again when it changes. */
  | { readonly kind: 'drift'; readonly imbalance: PositionImbalance }
  | { readonly kind: 'drift-ended'; readonly imbalance: PositionImbalance }
  /** A fill that no stream had told, or the fee of one that was told without. */
  | { readonly kind: 'missed-fill'; readonly fill: Fill }
  | { readonly kind: 'refresh-failed'; readonly account: AccountName; readonly reason: string };

/** An account that can be asked. */
export interface WatchedAccount extends AccountName {
  readonly port: WatchedPort;
}

/** What watching needs of a venue. */
export type WatchedPort = Pick<VenuePort, 'balances' | 'positions' | 'fills' | 'venueMs'>;

export interface WatchParts {
  readonly reconciler: PositionReconciler;
  readonly accounts: readonly WatchedAccount[];
  readonly clock: Clock;
  readonly timers: Timers;
  readonly onEvent: (event: ReconciliationEvent) => void;
  /** Finds out which funding payments fell due from a moment on, so that the reconciler hears of them. */
  readonly findFunding?: (account: AccountName, sinceMs: number) => Promise<void>;
  /** Whether what differs may come from orders that were on the way when it began to and that the venue has not told all of yet. */
  readonly isAwaited?: (imbalance: PositionImbalance, sinceUs: number) => boolean;
  readonly settings?: Partial<WatchSettings>;
}

/** How often is looked. */
export interface WatchSettings {
  readonly checkMs: number;
  /** After a trade the balances are asked for so much later. */
  readonly refreshDelayMs: number;
  /** Least time between two refreshes of an account. */
  readonly refreshMsMin: number;
  /** Without any trade or difference the balances are asked for so often: streams may have gone silent. */
  readonly refreshMsMax: number;
  /** So far before the last time they were had fills are asked for again. */
  readonly fillOverlapMs: number;
}

const DEFAULT_WATCH_SETTINGS: WatchSettings = {
  checkMs: 1_000,
  refreshDelayMs: 1_000,
  refreshMsMin: 5_000,
  refreshMsMax: 30_000,
  fillOverlapMs: 120_000,
};

interface Watched {
  readonly account: WatchedAccount;
  /** Monotonic microseconds at which the last refresh that came back with fills was asked for. */
  refreshedUs: number;
  /** When it was last asked, and asked for fills, whether or not an answer came. */
  askedUs: number;
  fillsAskedUs: number;
  refreshing: Promise<void> | undefined;
  planned: Timer | undefined;
  /** Fills that were told without their fee, and when. */
  feeless: readonly { readonly fill: Fill; readonly sinceUs: number }[];
}

/** A fee that no list has told by then is left to the refreshes that come anyway. */
const FEE_WAIT_US = 120e6;

/** Keeps a reconciler going: checks by the clock, asks for balances after trades, and asks again before it calls anything a drift. */
export class ReconciliationWatch {
  private readonly settings: WatchSettings;
  private readonly watched: ReadonlyMap<string, Watched>;
  private readonly drifts = new Map<string, PositionImbalance>();
  private timer: Timer | undefined;
  private result: ReconciliationResult | undefined;

  constructor(private readonly parts: WatchParts) {
    this.settings = { ...DEFAULT_WATCH_SETTINGS, ...parts.settings };
    this.watched = new Map(
      parts.accounts.map((account) => [
        keyOf(account),
        {
          account,
          refreshedUs: Number.NEGATIVE_INFINITY,
          askedUs: Number.NEGATIVE_INFINITY,
          fillsAskedUs: Number.NEGATIVE_INFINITY,
          refreshing: undefined,
          planned: undefined,
          feeless: [],
        },
      ]),
    );
  }

  /** What the last check found; undefined before the first. */
  get last(): ReconciliationResult | undefined {
    return this.result;
  }

  /** Differences that have been told and have not ended. */
  get open(): readonly PositionImbalance[] {
    return [...this.drifts.values()];
  }

  start(): void {
    const nowUs = this.parts.clock.monotonicUs();
    // Up to here the start has asked for everything.
    for (const watched of this.watched.values()) watched.refreshedUs = nowUs;
    this.timer ??= this.parts.timers.every(this.settings.checkMs, () => this.check());
  }

  stop(): void {
    this.timer?.cancel();
    this.timer = undefined;
    for (const watched of this.watched.values()) {
      watched.planned?.cancel();
      watched.planned = undefined;
    }
  }

  /** To be given everything that the account's gateway tells. */
  onAccount(venue: VenueId, market: Market, event: AccountEvent): void {
    this.parts.reconciler.onAccount(venue, market, event);
    const watched = event.kind === 'fill' ? this.watched.get(keyOf({ venue, market })) : undefined;
    if (event.kind !== 'fill' || watched === undefined || this.timer === undefined) return;
    const nowUs = this.parts.clock.monotonicUs();
    if (event.fill.fee === null) watched.feeless = [...watched.feeless, { fill: event.fill, sinceUs: nowUs }];
    if (watched.planned !== undefined) return;
    const { refreshDelayMs, refreshMsMin } = this.settings;
    const sinceMs = (nowUs - watched.askedUs) / 1000;
    watched.planned = this.parts.timers.after(Math.max(refreshDelayMs, refreshMsMin - sinceMs), () => {
      watched.planned = undefined;
      void this.refresh(watched, false);
    });
  }

  /** Compares now, and tells what has become a drift and what is none any more. */
  check(): ReconciliationResult {
    const { reconciler, onEvent } = this.parts;
    const result = reconciler.check();
    this.result = result;
    // With fills: nothing else tells the fee of a fill whose difference was taken over before. What is lost is not known without fees.
    const { refreshMsMin, refreshMsMax } = this.settings;
    for (const watched of this.watched.values()) {
      const { askedUs, fillsAskedUs } = watched;
      const isSilent = result.checkedUs - askedUs >= refreshMsMax * 1000;
      if (isSilent || (result.checkedUs - fillsAskedUs >= refreshMsMin * 1000 && this.lacksFees(watched)))
        void this.refresh(watched, true);
    }
    const found = new Set<string>();
    for (const imbalance of result.imbalances) {
      if (imbalance.withinTolerance) continue;
      const watched = this.watched.get(keyOf(imbalance));
      if (watched === undefined) continue;
      const key = driftKey(imbalance);
      const isVerified = this.verify(watched, imbalance, result.checkedUs);
      const told = this.drifts.get(key);
      if (told !== undefined) found.add(key);
      if (!imbalance.correctionRequired || !isVerified || told?.imbalanceAmount === imbalance.imbalanceAmount) continue;
      found.add(key);
      this.drifts.set(key, imbalance);
      onEvent({ kind: 'drift', imbalance });
    }
    for (const [key, imbalance] of this.drifts) {
      // What cannot be seen has not ended.
      if (found.has(key) || result.blind.some((account) => keyOf(account) === keyOf(imbalance))) continue;
      this.drifts.delete(key);
      onEvent({ kind: 'drift-ended', imbalance });
    }
    return result;
  }

  /** Asks a venue for balances, positions and fills now. Never rejects. */
  async refreshAccount(name: AccountName): Promise<void> {
    const watched = this.watched.get(keyOf(name));
    if (watched !== undefined) await this.refresh(watched, true);
  }

  /** @returns whether nothing is awaited that explains it and the venue was asked again since it began to differ; or whether that lasts too long */
  private verify(watched: Watched, imbalance: PositionImbalance, nowUs: number): boolean {
    const { ageMs, symbol } = imbalance;
    const { settleMs, settleMsMax } = this.parts.reconciler.settings;
    const sinceUs = nowUs - ageMs * 1000;
    if (ageMs >= settleMs / 2 && nowUs - watched.askedUs >= this.settings.refreshMsMin * 1000) void this.refresh(watched, true);
    if (ageMs >= settleMsMax) return true;
    // A fee that was not told is missing in the wallet, and no drift.
    if ((symbol === null && this.lacksFees(watched)) || this.parts.isAwaited?.(imbalance, sinceUs) === true) return false;
    return watched.refreshedUs > sinceUs;
  }

  private lacksFees(watched: Watched): boolean {
    if (watched.feeless.length === 0) return false;
    const fromUs = this.parts.clock.monotonicUs() - FEE_WAIT_US;
    watched.feeless = watched.feeless.filter(({ fill, sinceUs }) => sinceUs >= fromUs && this.parts.reconciler.lacksFee(fill));
    return watched.feeless.length > 0;
  }

  private refresh(watched: Watched, withFills: boolean): Promise<void> {
    watched.refreshing ??= this.ask(watched, withFills).finally(() => {
      watched.refreshing = undefined;
    });
    return watched.refreshing;
  }

  private async ask(watched: Watched, withFills: boolean): Promise<void> {
    const { reconciler, clock, onEvent, findFunding } = this.parts;
    const { account } = watched;
    const name: AccountName = { venue: account.venue, market: account.market };
    const askedUs = clock.monotonicUs();
    watched.askedUs = askedUs;
    try {
      // Since the last time that they were told, however long that is ago.
      const silentMs = Math.max(0, (askedUs - watched.refreshedUs) / 1000);
      const sinceMs = account.port.venueMs() - silentMs - this.settings.fillOverlapMs;
      if (withFills) {
        watched.fillsAskedUs = askedUs;
        for (const fill of await account.port.fills(null, sinceMs)) {
          if (fill.timeMs < sinceMs || reconciler.instrument(fill, fill.symbol) === undefined) continue;
          if (reconciler.trackExecutionPositions(fill).changes.length > 0) onEvent({ kind: 'missed-fill', fill });
        }
      }
      await fetchLists(reconciler, account);
      if (!withFills) return;
      // A payment that no feed announced is no drift either.
      if (reconciler.walletDiffers(name)) await findFunding?.(name, sinceMs);
      watched.refreshedUs = askedUs;
    } catch (error) {
      onEvent({ kind: 'refresh-failed', account: name, reason: reasonOf(error) });
    }
  }
}

/** Fetches what an account holds, and tells the reconciler. @throws VenueRequestError, VenueProtocolError */
export async function fetchLists(
  reconciler: PositionReconciler,
  { venue, market, port }: AccountName & { readonly port: Pick<VenuePort, 'balances' | 'positions'> },
): Promise<void> {
  const askedAt = reconciler.wordsOf({ venue, market });
  const [balances, positions] = await Promise.all([port.balances(), market === 'futures' ? port.positions() : null]);
  reconciler.takeLists({ venue, market }, { balances, positions }, askedAt);
}

function driftKey({ venue, market, asset, symbol }: PositionImbalance): string {
  return `${venue} ${market} ${symbol ?? asset} ${symbol === null ? 'wallet' : 'contract'}`;
}
