import type { SimulatedBook } from '../../market/book.js';
import { moneyText } from '../../matching/money.js';
import type { EngineAccount, EngineBalance, EnginePosition, MatchingEngine, Money } from '../../matching/types.js';
import { trimmedText } from '../decimal-text.js';
import { jsonObject, quoted } from '../json-text.js';
import { msOf } from './spot-orders.js';

const HOLDING = 1;
const CLOSED = 3;

/** Positions and balances of accounts as the contract stack tells them. */
export class ContractAccounts {
  /** 1 for a long position, 2 for a short one: a closed one keeps what it was. */
  private readonly types = new Map<string, 1 | 2>();

  constructor(
    private readonly engine: MatchingEngine,
    private readonly books: readonly SimulatedBook[],
  ) {}

  /** Id of an account's position in a book. */
  positionId(account: EngineAccount, book: SimulatedBook): number {
    return account.id * 1_000 + this.books.indexOf(book);
  }

  /** The book of a position's id. */
  bookOfPosition(account: EngineAccount, positionId: number): SimulatedBook | undefined {
    return this.books[positionId - account.id * 1_000];
  }

  /** A position as it is, or as it was when it is closed. */
  positionRow(account: EngineAccount, position: EnginePosition): string {
    const { book, qtyUnits, entryPrice, margin, leverage, marginMode } = position;
    const key = `${account.id}:${book.instrument.symbol}`;
    const type = qtyUnits === 0 ? (this.types.get(key) ?? 1) : qtyUnits > 0 ? 1 : 2;
    this.types.set(key, type);
    const price = moneyText(entryPrice);
    const time = msOf(position.updatedUs);
    return jsonObject({
      positionId: this.positionId(account, book),
      symbol: quoted(book.instrument.symbol),
      positionType: type,
      openType: marginMode === 'isolated' ? 1 : 2,
      state: qtyUnits === 0 ? CLOSED : HOLDING,
      holdVol: trimmedText(Math.abs(qtyUnits), book.instrument.qtyDecimals),
      frozenVol: 0,
      closeVol: 0,
      holdAvgPrice: price,
      openAvgPrice: price,
      closeAvgPrice: 0,
      liquidatePrice: qtyUnits === 0 ? 0 : moneyText(this.engine.value(position).liquidationPrice),
      oim: moneyText(margin),
      im: moneyText(margin),
      holdFee: 0,
      realised: moneyText(position.realizedPnl),
      leverage,
      marginRatio: 0,
      autoAddIm: false,
      createTime: time,
      updateTime: time,
      version: 1,
    });
  }

  /** The account's open positions. */
  open(account: EngineAccount): readonly EnginePosition[] {
    return account.positions().filter(({ qtyUnits }) => qtyUnits !== 0);
  }

  /** A balance of the futures wallet in its parts, which add up to the whole. */
  assetRow(account: EngineAccount, balance: EngineBalance): string {
    const positions = this.open(account).filter(({ book }) => book.instrument.quote === balance.asset);
    const margins = positions.reduce((sum, { margin }) => sum + margin, 0n);
    const unrealized = positions.reduce((sum, position) => sum + this.engine.value(position).unrealizedPnl, 0n);
    const positionMargin: Money = margins < balance.locked ? margins : balance.locked;
    const available = moneyText(balance.total - balance.locked);
    return jsonObject({
      currency: quoted(balance.asset),
      positionMargin: moneyText(positionMargin),
      frozenBalance: moneyText(balance.locked - positionMargin),
      availableBalance: available,
      cashBalance: available,
      equity: moneyText(balance.total + unrealized),
      unrealized: moneyText(unrealized),
      bonus: 0,
    });
  }
}
