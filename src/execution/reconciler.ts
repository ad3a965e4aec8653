import type { Balance, PositionInfo, PositionReport } from '../domain/account.js';
import type { Clock } from '../domain/clock.js';
import { type Decimal, Exact } from '../domain/decimal.js';
import { VenueProtocolError } from '../domain/errors.js';
import type { TradableInstrument } from '../domain/instrument.js';
import type { Fill } from '../domain/order.js';
import type { Market, VenueId } from '../domain/venue.js';
import type { AccountEvent } from '../gateway/events.js';
import { SYNTHETIC } from '../ledger/entries.js';
import { CorrectionDesk, DustInventory, handleDust } from './dust.js';
import { InstrumentIndex } from './instrument-index.js';
import { type Holding, ReconciledAccount } from './reconciliation-account.js';
import {
  type AccountName,
  type AccountSnapshot,
  type CorrectionOrder,
  type CorrectionResult,
  DEFAULT_RECONCILIATION_SETTINGS,
  type DustAmount,
  type DustHandlingResult,
  type FundingEstimate,
  type HoldingChange,
  type Movement,
  type PositionImbalance,
  type PositionUpdate,
  type PriceSource,
  type ReconciliationResult,
  type ReconciliationSettings,
} from './reconciliation-types.js';

export interface ReconcilerParts {
  readonly clock: Clock;
  /** The accounts that are watched. */
  readonly accounts: readonly AccountName[];
  /** Everything that can be traded in them. */
  readonly instruments: readonly TradableInstrument[];
  readonly prices: PriceSource;
  readonly settings?: Partial<ReconciliationSettings>;
  /** About what funding comes to that fell due and may be what a wallet differs by; nothing when left out. */
  readonly fundingDue?: (account: AccountName, asset: string, difference: Decimal) => FundingEstimate;
  /** A change of a wallet was taken for the funding that was due. */
  readonly onFunding?: (account: AccountName, asset: string, amount: string) => void;
}

/** What a fill is known by. */
export interface KnownFill extends Pick<Fill, 'symbol' | 'tradeId' | 'side' | 'venueOrderId' | 'quantity'> {
  /** False for one that was told without its fee; true when left out. */
  readonly isFeeKnown?: boolean;
}

/** A difference is held against what is due when nothing was booked for so long. */
const FUNDING_QUIET_US = 500_000;
const ZERO = new Exact(0);
const UNEXPLAINED_MAX = 100;
/**
 * Compares what fills, fees, transfers and funding make of each account with what its venue says it holds. It only compares and
 * proposes: nothing is sent from here. All amounts are exact.
 */
export class PositionReconciler {
  readonly settings: ReconciliationSettings;
  private readonly accounts = new Map<string, ReconciledAccount>();
  private readonly instruments: InstrumentIndex;
  /** Exposure that is too small to trade, carried until together it is not. */
  readonly dust = new DustInventory();
  private readonly desk: CorrectionDesk;
  /** Ids of fills and movements that were booked; of a fill, whether its fee was known. */
  private readonly booked = new Map<string, boolean>();
  /** By order, the quantity of synthetic fills whose real ones have not been told. */
  private readonly stoodFor = new Map<string, Decimal>();
  /** Ids of real fills that came after synthetic ones had been booked for them. */
  private readonly replaced = new Set<string>();
  private unexplained: string[] = [];

  constructor(private readonly parts: ReconcilerParts) {
    const settings = { ...DEFAULT_RECONCILIATION_SETTINGS, ...parts.settings };
    this.settings = settings;
    this.instruments = new InstrumentIndex(parts.instruments);
    for (const { venue, market } of parts.accounts) {
      // What is told of an account names it, and carries nothing else of what was given here.
      const name: AccountName = { venue, market };
      const baseOf = (symbol: string): string => this.instrument(name, symbol)?.base ?? symbol;
      this.accounts.set(keyOf(name), new ReconciledAccount(name, baseOf));
    }
    this.desk = new CorrectionDesk(parts.instruments, parts.prices, settings.slippageBps);
  }

  /** Where an account begins: what it holds, and which fills are in that already. */
  begin(snapshot: AccountSnapshot, knownFills: readonly KnownFill[] = []): void {
    const size = (symbol: string): string => this.instrument(snapshot, symbol)?.contractSize ?? '1';
    const prefix = `${keyOf(snapshot)} `;
    for (const ids of [this.booked, this.stoodFor, this.replaced])
      for (const id of ids.keys()) if (id.startsWith(prefix)) ids.delete(id);
    this.account(snapshot).start(snapshot, size, this.nowUs());
    for (const fill of knownFills) {
      this.remember(fillId(snapshot, fill), fill.isFeeKnown ?? true);
      if (fill.tradeId.startsWith(SYNTHETIC)) this.standFor(snapshot, fill);
    }
  }

  /**
   * Books a fill and its fee, once however often it is told. A fee that is told later is booked when it is.
   * @throws VenueProtocolError when nothing is known of its instrument
   */
  trackExecutionPositions(fill: Fill): PositionUpdate {
    const instrument = this.instrument(fill, fill.symbol);
    if (instrument === undefined)
      throw new VenueProtocolError(`${fill.venue} ${fill.market} fill of ${fill.symbol}, which is not listed`, { ...fill });
    const id = fillId(fill, fill);
    const account = this.account(fill);
    // Before the start everything is history, and told again as such.
    if (!account.hasStart) return { isNew: false, changes: [] };
    const feeBooked = this.booked.get(id);
    const hasFee = fill.fee !== null;
    if (feeBooked === true || (feeBooked === false && !hasFee)) return { isNew: false, changes: [] };
    if (feeBooked === undefined && this.isStoodFor(fill)) {
      this.remember(id, true);
      this.replaced.add(id);
      return { isNew: false, changes: [] };
    }
    if (fill.tradeId.startsWith(SYNTHETIC)) this.standFor(fill, fill);
    const nowUs = this.nowUs();
    const changes: HoldingChange[] = feeBooked === undefined ? account.fill(instrument, fill, nowUs) : [];
    if (fill.fee !== null && !new Exact(fill.fee).isZero())
      changes.push(account.moveAsset(fill.feeAsset ?? instrument.quote, new Exact(fill.fee).neg(), nowUs));
    this.remember(id, hasFee);
    return { isNew: feeBooked === undefined, changes };
  }

  /** Whether a synthetic fill was booked for this one before it was told: it is counted already. */
  isReplaced(fill: Fill): boolean {
    return this.replaced.has(fillId(fill, fill));
  }

  /** Whether a fill was booked without its fee. */
  lacksFee(fill: Fill): boolean {
    return this.booked.get(fillId(fill, fill)) === false;
  }

  /** Books a transfer, a funding payment or an adjustment, once. @returns null when it was booked before */
  trackMovement(movement: Movement): HoldingChange | null {
    const id = `${keyOf(movement)} ${movement.kind} ${movement.id}`;
    const account = this.account(movement);
    if (!account.hasStart || this.booked.has(id)) return null;
    this.remember(id, true);
    return account.moveAsset(movement.asset, new Exact(movement.amount), this.nowUs());
  }

  /** Takes what a gateway tells of an account; to be given everything. */
  onAccount(venue: VenueId, market: Market, event: AccountEvent): void {
    const account = this.account({ venue, market });
    switch (event.kind) {
      case 'fill':
        if (this.instrument(event.fill, event.fill.symbol) === undefined)
          this.cannotExplain(`${venue} ${market} fill ${event.fill.tradeId} of ${event.fill.symbol}, which is not listed`);
        else this.trackExecutionPositions(event.fill);
        break;
      case 'balance':
        this.tellHolding(account, account.asset(event.balance.asset), event.balance.total);
        break;
      case 'position':
        this.tellHolding(account, account.contract(this.symbolOf(account, event.position)), event.position.signedSize);
        break;
      case 'reconciled':
        account.isFollowed = true;
        account.isCutOff = false;
        break;
      case 'disconnected':
        account.isCutOff = true;
        break;
      default:
        break;
    }
  }

  /** The number of the account's last word: to be read before its balances are asked for. */
  wordsOf(name: AccountName): number {
    return this.account(name).words;
  }

  /** Takes fetched lists of all that an account holds. What streams have said since they were asked for is newer. */
  takeLists(
    name: AccountName,
    lists: { readonly balances: readonly Balance[]; readonly positions: readonly PositionInfo[] | null },
    askedAt: number,
  ): void {
    const account = this.account(name);
    const nowUs = this.nowUs();
    const balances = new Map(lists.balances.map(({ asset, total }) => [asset, total]));
    for (const asset of balances.keys()) account.asset(asset);
    account.listed(account.wallet, balances, askedAt, nowUs);
    if (lists.positions !== null) {
      const sizes = new Map(
        lists.positions.map(({ contract, side, size }) => [
          this.symbolOf(account, contract),
          side === 'sell' ? new Exact(size).neg().toFixed() : size,
        ]),
      );
      for (const symbol of sizes.keys()) account.contract(symbol);
      account.listed(account.contracts, sizes, askedAt, nowUs);
    }
    account.isFollowed = true;
  }

  /** Compares everything now. */
  check(): ReconciliationResult {
    const nowUs = this.nowUs();
    const imbalances: PositionImbalance[] = [];
    const blind: AccountName[] = [];
    let holdings = 0;
    for (const account of this.accounts.values()) {
      if (!account.hasStart || !account.isFollowed || account.isCutOff) {
        blind.push(account.name);
        continue;
      }
      holdings += account.wallet.size + account.contracts.size;
      for (const holding of account.wallet.values()) this.compare(account, holding, nowUs, imbalances);
      for (const holding of account.contracts.values()) this.compare(account, holding, nowUs, imbalances);
    }
    return { checkedUs: nowUs, holdings, imbalances, blind, unexplained: this.unexplained };
  }

  /** Whether more or less is in an account's wallet than is known of, beyond the tolerance. */
  walletDiffers(name: AccountName): boolean {
    const account = this.account(name);
    return [...account.wallet.values()].some((holding) =>
      this.isBeyond(account, holding, holding.actual.minus(holding.expected)),
    );
  }

  /** Every holding that differs, also those that need no correction. */
  detectImbalances(): readonly PositionImbalance[] {
    return this.check().imbalances;
  }

  /** The order that would bring the exposure back; the caller says `accept` when it sends it through its gate. */
  correctImbalance(imbalance: PositionImbalance): CorrectionResult {
    return this.desk.correct(imbalance);
  }

  /**
   * Sets dust of all accounts against each other, and proposes orders where it is enough for one. What a sweep filled is to be told to
   * `dust.swept`.
   */
  handleDustAmounts(positions: readonly DustAmount[] = this.dust.amounts): DustHandlingResult {
    return handleDust(this.desk, positions);
  }

  /**
   * The caller acts on a correction: the difference is taken over, so that it is not corrected twice, and what is too small for an order
   * is carried from now on.
   * @returns what is to be sent, or null
   */
  accept(correction: CorrectionResult): CorrectionOrder | null {
    if (correction.kind === 'not-required' || correction.kind === 'not-correctable') return null;
    this.adopt(correction.imbalance);
    const dust = correction.kind === 'dust' ? correction.dust : correction.rest;
    if (dust !== null) this.dust.carry(dust);
    return correction.kind === 'order' ? correction.order : null;
  }

  /**
   * Takes over what the venue says of a holding, so that the same difference is not corrected twice.
   * @param price what an unexpected position is taken to have cost; only for contracts
   */
  adopt({ venue, market, asset, symbol }: PositionImbalance, price: string | null = null): HoldingChange {
    const account = this.account({ venue, market });
    const nowUs = this.nowUs();
    if (symbol === null) {
      const holding = account.asset(asset);
      return account.moveAsset(asset, holding.actual.minus(holding.expected), nowUs);
    }
    const size = this.instrument({ venue, market }, symbol)?.contractSize ?? '1';
    const holding = account.contract(symbol);
    const at = price ?? this.parts.prices({ venue, market }, symbol)?.bid ?? '0';
    return account.adoptContract(symbol, holding.actual, size, at, nowUs);
  }

  /** What is expected of every account that has a start, to be kept over a restart. */
  snapshot(): readonly AccountSnapshot[] {
    return [...this.accounts.values()].flatMap((account) => (account.hasStart ? [account.snapshot()] : []));
  }

  /** Undefined when nothing of that name is listed. */
  instrument(account: AccountName, symbol: string): TradableInstrument | undefined {
    return this.instruments.find(account, symbol);
  }

  private tellHolding(account: ReconciledAccount, holding: Holding, actual: string): void {
    account.told(holding, actual, this.nowUs());
    this.note(account, holding, this.nowUs());
  }

  /** Notes since when a holding has differed. @returns actual less expected, and whether that is beyond the tolerance */
  private note(account: ReconciledAccount, holding: Holding, nowUs: number): { difference: Decimal; isBeyond: boolean } {
    let difference = holding.actual.minus(holding.expected);
    let isBeyond = this.isBeyond(account, holding, difference);
    if (isBeyond && this.hasStood(holding, nowUs) && this.isFunding(account, holding, difference)) {
      account.moveAsset(holding.asset, difference, nowUs);
      this.parts.onFunding?.(account.name, holding.asset, difference.toFixed());
      difference = ZERO;
      isBeyond = false;
    }
    if (!isBeyond) holding.differsSinceUs = Number.NaN;
    else if (Number.isNaN(holding.differsSinceUs)) holding.differsSinceUs = nowUs;
    return { difference, isBeyond };
  }

  private compare(account: ReconciledAccount, holding: Holding, nowUs: number, into: PositionImbalance[]): void {
    // Most holdings are what they should be.
    if (holding.actual.eq(holding.expected)) {
      holding.differsSinceUs = Number.NaN;
      return;
    }
    const { difference, isBeyond } = this.note(account, holding, nowUs);
    if (difference.isZero()) return;
    const { settleMs, settleMsMax } = this.settings;
    const ageMs = isBeyond ? (nowUs - holding.differsSinceUs) / 1000 : 0;
    const isQuiet = nowUs - holding.movedUs >= settleMs * 1000;
    into.push({
      ...account.name,
      asset: holding.asset,
      symbol: holding.symbol,
      expectedBalance: holding.expected.toFixed(),
      actualBalance: holding.actual.toFixed(),
      imbalanceAmount: difference.toFixed(),
      withinTolerance: !isBeyond,
      correctionRequired: isBeyond && ageMs >= settleMs && (isQuiet || ageMs >= settleMsMax),
      ageMs,
    });
  }

  private isBeyond(account: ReconciledAccount, holding: Holding, difference: Decimal): boolean {
    return !difference.isZero() && difference.abs().gt(this.toleranceOf(account, holding));
  }

  private toleranceOf({ name }: ReconciledAccount, { asset, symbol, closes }: Holding): Decimal | string {
    if (symbol !== null) return ZERO;
    const { tolerance, toleranceDefault, roundingPerClose } = this.settings;
    const fixed = tolerance[asset] ?? toleranceDefault;
    return name.market === 'spot' || closes === 0 ? fixed : new Exact(roundingPerClose).mul(closes).plus(fixed);
  }

  /** What is told of a trade comes in parts: a part that is missing for a moment may look like a payment that is due. */
  private hasStood({ bookedUs, differsSinceUs }: Holding, nowUs: number): boolean {
    return nowUs - bookedUs >= FUNDING_QUIET_US || nowUs - differsSinceUs >= this.settings.settleMs * 1000;
  }

  private isFunding({ name }: ReconciledAccount, { asset, symbol }: Holding, difference: Decimal): boolean {
    const due = symbol === null ? this.parts.fundingDue?.(name, asset, difference) : undefined;
    return due !== undefined && difference.minus(due.amount).abs().lte(due.size.mul(this.settings.fundingSlack));
  }

  private symbolOf(account: ReconciledAccount, { symbol }: Pick<PositionReport, 'symbol'>): string {
    return this.instrument(account.name, symbol)?.symbol ?? symbol;
  }

  private account(name: AccountName): ReconciledAccount {
    const found = this.accounts.get(keyOf(name));
    if (found === undefined) throw new VenueProtocolError(`${name.venue} ${name.market} is not reconciled`, { ...name });
    return found;
  }

  private remember(id: string, feeKnown: boolean): void {
    this.booked.set(id, feeKnown);
    if (this.booked.size > this.settings.idsRemembered)
      for (const oldest of this.booked.keys()) if (this.booked.delete(oldest)) break;
  }

  private standFor(account: AccountName, { venueOrderId, quantity }: KnownFill): void {
    const key = `${keyOf(account)} ${venueOrderId}`;
    this.stoodFor.set(key, (this.stoodFor.get(key) ?? ZERO).plus(quantity));
  }

  /** Whether a fill that comes late is one that a synthetic fill was booked for. */
  private isStoodFor(fill: Fill): boolean {
    const key = `${keyOf(fill)} ${fill.venueOrderId}`;
    const left = this.stoodFor.get(key)?.minus(fill.quantity);
    if (left === undefined || left.isNegative() || fill.tradeId.startsWith(SYNTHETIC)) return false;
    if (left.isZero()) this.stoodFor.delete(key);
    else this.stoodFor.set(key, left);
    return true;
  }

  private cannotExplain(what: string): void {
    this.unexplained = [...this.unexplained, what].slice(-UNEXPLAINED_MAX);
  }

  private nowUs(): number {
    return this.parts.clock.monotonicUs();
  }
}

/** Names an account in keys and sentences. */
export function keyOf({ venue, market }: AccountName): string {
  return `${venue} ${market}`;
}

/** The two sides of a trade with oneself share the trade's id. */
function fillId(account: AccountName, { symbol, tradeId, side }: Pick<Fill, 'symbol' | 'tradeId' | 'side'>): string {
  return `${keyOf(account)} ${symbol} ${tradeId} ${side}`;
}
