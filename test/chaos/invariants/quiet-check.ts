import { type Decimal, Exact } from '../../../src/domain/decimal.js';
import { Books } from '../../../src/ledger/books.js';
import type { JournalReader } from '../../../src/ledger/journal.js';
import { chainHash, FIRST_HASH } from '../../../src/ledger/journal-file.js';
import { verify } from '../../../src/ledger/verify.js';
import type { EngineLife } from '../life/engine-life.js';
import { decimalText } from '../world/listings.js';
import type { World } from '../world/world.js';
import type { LedgerWatch } from './ledger-watch.js';
import type { Accuse } from './report.js';
import { exactOf, type Truth } from './truth.js';

/** A futures wallet may differ by this for each fill: the exchange rounds what it realises. */
const ROUNDING = '0.00000001';
const ZERO = new Exact(0);
/** An asset of which less than this is unhedged cannot be traded any smaller at every venue. */
const DUST_QUOTE = 5.5;

/** What has to be in order once nothing goes wrong any more and time has passed. */
export function checkQuiet(world: World, truth: Truth, ledger: LedgerWatch, life: EngineLife | undefined, accuse: Accuse): void {
  const books = new Books();
  for (const entry of world.disk.entries) books.book(entry);
  for (const { asset, sum } of books.unbalanced()) accuse('unbalanced', `all accounts together have ${sum.toFixed()} ${asset}`);
  compareHoldings(world, books, accuse);
  compareCash(world, books, ledger, accuse);
  ledger.complete();
  checkSoundness(world, accuse);
  for (const { account, venue } of world.exchanges)
    for (const order of account.openOrders()) accuse('order-left', `${venue} still has ${order.clientOrderId} open`);
  for (const name of truth.sending.keys()) if (!truth.ended.has(name)) accuse('order-left', `${name} has no end in the ledger`);
  if (life === undefined || !life.isAlive) {
    accuse('not-trading', 'no process runs');
    return;
  }
  const { state, reason, openOrders } = life.desk.report();
  if (state !== 'trading') accuse('not-trading', `${state}: ${reason}`);
  for (const order of openOrders) accuse('order-left', `the desk follows ${JSON.stringify(order)}`);
  compareMemory(world, truth, life, ledger.hasWorkedOut, accuse);
  for (const [asset, base] of truth.exposure) {
    const value = Math.abs(base) * truth.price(asset);
    if (value > DUST_QUOTE && !truth.liquidated.has(asset)) accuse('dust-left', `${base} ${asset} are unhedged, worth ${value}`);
  }
}

/** Every balance and position of the ledger against the exchange's. */
function compareHoldings({ exchanges }: World, books: Books, accuse: Accuse): void {
  for (const { venue, account } of exchanges) {
    for (const market of ['spot', 'futures'] as const) {
      for (const { asset, total } of account.balances(market)) {
        const difference = exactOf(total).minus(books.holding(venue, market, asset));
        if (difference.abs().gt(slackOf(market, account.fills().length)))
          accuse('ledger-differs', `${venue} ${market} ${asset}: the exchange has ${difference.toFixed()} more than the ledger`);
      }
    }
    for (const { book, qtyUnits } of account.positions()) {
      if (book.instrument.market !== 'futures') continue;
      const { symbol, qtyDecimals } = book.instrument;
      const held = books.contracts(venue, symbol);
      if (!held.eq(decimalText(qtyUnits, qtyDecimals)))
        accuse(
          'ledger-differs',
          `${venue} ${symbol}: the exchange has ${qtyUnits} units, the ledger ${held.toFixed()} contracts`,
        );
    }
  }
}

function slackOf(market: 'spot' | 'futures', fills: number): Decimal {
  return market === 'spot' ? ZERO : new Exact(ROUNDING).mul(fills + 1);
}

/** What trading, fees and funding changed in each wallet, by the ledger and by the exchange: without what came or went otherwise. */
function compareCash({ exchanges, disk }: World, books: Books, ledger: LedgerWatch, accuse: Accuse): void {
  if (ledger.hasWorkedOut) return;
  const moved = new Map<string, Decimal>();
  for (const entry of disk.entries) {
    if (entry.kind === 'transfer') add(moved, `${entry.venue} ${entry.market} ${entry.asset}`, entry.amount);
    else if (entry.kind === 'reconciliation') add(moved, `${entry.venue} ${entry.market} ${entry.asset}`, entry.adjustment);
  }
  for (const { venue, engine, account } of exchanges) {
    const given = new Map<string, Decimal>();
    for (const event of engine.log)
      if (event.kind === 'balance' && event.cause === 'deposit')
        add(given, `${venue} ${event.wallet} ${event.balance.asset}`, exactOf(event.totalChange).toFixed());
    // What a liquidated position lost beyond its margin is the venue's loss: the ledger has that as a difference.
    const isLiquidated = account.fills().some(({ order }) => order.clientOrderId === null);
    for (const market of isLiquidated ? (['spot'] as const) : (['spot', 'futures'] as const)) {
      for (const { asset, total } of account.balances(market)) {
        const key = `${venue} ${market} ${asset}`;
        const truth = exactOf(total).minus(given.get(key) ?? 0);
        const told = books.holding(venue, market, asset).minus(moved.get(key) ?? 0);
        const difference = truth.minus(told);
        if (difference.abs().gt(slackOf(market, account.fills().length)))
          accuse('cash-differs', `${key}: trading made ${truth.toFixed()}, the ledger says ${told.toFixed()}`);
      }
    }
  }
}

function add(sums: Map<string, Decimal>, key: string, amount: string): void {
  sums.set(key, (sums.get(key) ?? ZERO).plus(amount));
}

/** The audit that anybody can make of a ledger. */
function checkSoundness({ disk }: World, accuse: Accuse): void {
  const rows = function* () {
    let hash: Uint8Array = FIRST_HASH;
    for (const [place, payload] of disk.payloads.entries()) {
      hash = chainHash(hash, payload);
      yield { sequence: place + 1, payload, hash };
    }
  };
  const reader = { rows, checkpointRows: () => [] } as unknown as JournalReader;
  for (const { kind, text } of verify(reader).findings) accuse('ledger-unsound', `${kind}: ${text}`);
}

/** What the desk keeps in mind against what happened. */
function compareMemory(world: World, truth: Truth, life: EngineLife, hasWorkedOut: boolean, accuse: Accuse): void {
  const { desk, universe, engine } = life;
  for (const { info, book } of life.feed.books) {
    // A fill that was worked out tells nothing of a fee that was taken of what was bought.
    if (hasWorkedOut && info.instrument.market === 'spot') continue;
    const held = (desk.state.all.position[info.book] ?? 0) * info.basePerUnit;
    // Parts of a unit that fees took are counted when they make a whole one, each strategy's by itself.
    if (Math.abs(held - truth.heldIn(book)) > info.basePerUnit * world.plan.strategies.length + 1e-9)
      accuse(
        'risk-state-differs',
        `${info.instrument.venue} ${info.instrument.market} ${info.instrument.base}: risk counts ${held}, the fills come to ${truth.heldIn(book)}`,
      );
  }
  if (desk.state.openOrders > 0) accuse('risk-state-differs', `risk counts ${desk.state.openOrders} orders as open`);
  for (const { account, venue, market, asset, scale } of universe.accounts) {
    const exchange = world.exchanges.find((one) => one.venue === venue);
    if (exchange === undefined || market === 'futures') continue;
    const units = Math.floor(
      exactOf(exchange.account.balance('spot', asset).total)
        .mul(10 ** scale)
        .toNumber(),
    );
    if (engine.capital.balance(account) !== units)
      accuse('capital-differs', `${venue} ${asset}: strategies may spend ${engine.capital.balance(account)}, there are ${units}`);
    const free = engine.capital.available(account);
    if (world.plan.strategies.length === 1 && free !== units)
      accuse('capital-differs', `${venue} ${asset}: ${units - free} are still promised`);
  }
}
