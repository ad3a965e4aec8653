import { InvalidInputError } from '../../domain/errors.js';
import type { SimulatedBook } from '../market/book.js';
import { Account, OrderRecord } from './account.js';
import { bookName, FIRST_ACCOUNT, type KeptRow } from './kept-rows.js';

/**
 * Makes accounts as they were from what was kept of them. Their orders must all have ended.
 * @throws InvalidInputError when a row names a book or an order that is not there
 */
export function recallAccounts(
  rows: readonly KeptRow[],
  books: Iterable<SimulatedBook>,
  ordersKept?: number,
): readonly Account[] {
  const byName = new Map([...books].map((book) => [bookName(book), book]));
  const accounts: Account[] = [];
  const bookOf = (name: string): SimulatedBook => {
    const book = byName.get(name);
    if (book === undefined) throw new InvalidInputError(`accounts were kept with ${name}, which is not listed`, { name });
    return book;
  };
  for (const row of rows) {
    // One without a row of its own never had anything.
    while (accounts.length <= row.account - FIRST_ACCOUNT)
      accounts.push(new Account(FIRST_ACCOUNT + accounts.length, ordersKept));
    recallRow(accounts[row.account - FIRST_ACCOUNT] as Account, row, bookOf);
  }
  // Without open orders, what is bound is the margin of positions.
  for (const account of accounts) {
    for (const { book, margin } of account.positions()) account.pocket('futures', book.instrument.quote).locked += margin;
  }
  return accounts;
}

function recallRow(account: Account, row: KeptRow, bookOf: (name: string) => SimulatedBook): void {
  switch (row.kind) {
    case 'opened': {
      const quoteAmount = row.quoteAmount === null ? null : BigInt(row.quoteAmount);
      const { selfTrade = 'cancel-taker' } = row;
      const order = { ...row, book: bookOf(row.book), quoteAmount, selfTrade };
      account.addOrder(new OrderRecord(row.order, account, order, row.timeUs, false));
      return;
    }
    case 'fill':
      recallFill(account, row);
      return;
    case 'ended': {
      const order = orderOf(account, row.order);
      order.state = 'ended';
      order.endReason = row.reason;
      order.updatedUs = row.timeUs;
      account.open.delete(order.id);
      return;
    }
    case 'balance':
      account.pocket(row.wallet, row.asset).total = BigInt(row.total);
      return;
    case 'position': {
      const { qtyUnits, leverage, marginMode, updatedUs } = row;
      const amounts = { entryValue: BigInt(row.entryValue), margin: BigInt(row.margin), realizedPnl: BigInt(row.realizedPnl) };
      Object.assign(account.position(bookOf(row.book)), { qtyUnits, leverage, marginMode, updatedUs, ...amounts });
      return;
    }
  }
}

function recallFill(account: Account, row: Extract<KeptRow, { kind: 'fill' }>): void {
  const order = orderOf(account, row.order);
  const { tradeId, priceUnits, qtyUnits, feeAsset, maker, timeUs } = row;
  const amounts = { quote: BigInt(row.quote), fee: BigInt(row.fee), realizedPnl: BigInt(row.realizedPnl) };
  const fill = { tradeId, order, priceUnits, qtyUnits, ...amounts, feeAsset, maker, timeUs };
  order.fills.push(fill);
  account.addFill(fill);
  order.filledUnits += qtyUnits;
  order.filledQuote += fill.quote;
  order.updatedUs = timeUs;
  if (order.qtyUnits !== null) order.leftUnits -= qtyUnits;
  if (!row.last) return;
  order.state = 'filled';
  account.open.delete(order.id);
}

function orderOf(account: Account, id: number): OrderRecord {
  const order = account.order(id);
  if (order === undefined) throw new InvalidInputError(`order ${id} was kept without its beginning`, { id });
  return order;
}
