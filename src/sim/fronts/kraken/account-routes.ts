import type { SimulatedBook } from '../../market/book.js';
import type { EngineAccount } from '../../matching/types.js';
import { quoted } from '../json-text.js';
import { paddedMoney } from '../money-text.js';
import type { VenueApp } from '../venue-app.js';
import { failure, INVALID_PAIR, success } from './answers.js';
import type { Gate } from './gate.js';
import { assetId, pairId } from './metadata.js';
import type { Pairs } from './names.js';
import { TOKEN_SECONDS, type Tokens } from './tokens.js';

const BALANCE_DECIMALS = 4;

/** What the account holds and pays, and its session tokens, over REST. */
export function serveAccounts(app: VenueApp, gate: Gate, tokens: Tokens, pairs: Pairs): void {
  app.route(
    'POST',
    '/0/private/Balance',
    gate.signed((_form, { account }) => {
      const rows = account.balances('spot').map(({ asset, total }) => [assetId(asset), paddedMoney(total, BALANCE_DECIMALS)]);
      return success(quoted(Object.fromEntries(rows)));
    }),
  );
  app.route(
    'POST',
    '/0/private/BalanceEx',
    gate.signed((_form, { account }) => {
      const rows = account.balances('spot').map(({ asset, total, locked }) => {
        const row = {
          balance: paddedMoney(total, BALANCE_DECIMALS),
          hold_trade: paddedMoney(locked, BALANCE_DECIMALS),
        };
        return [assetId(asset), row];
      });
      return success(quoted(Object.fromEntries(rows)));
    }),
  );
  app.route(
    'POST',
    '/0/private/TradeVolume',
    gate.signed((form, { account }) => {
      const names = form.get('pair')?.split(',') ?? [];
      const books = names.map((name) => pairs.find(name)).filter((book) => book !== undefined);
      if (books.length < names.length) return failure(INVALID_PAIR);
      const fees = (feeBps: (book: SimulatedBook) => number): Record<string, unknown> =>
        Object.fromEntries(books.map((book) => [pairId(book.instrument), feeRow(feeBps(book))]));
      return success(
        quoted({
          currency: 'ZUSD',
          volume: paddedMoney(volumeOf(account), BALANCE_DECIMALS),
          fees: fees(({ instrument }) => instrument.takerFeeBps),
          fees_maker: fees(({ instrument }) => instrument.makerFeeBps),
        }),
      );
    }),
  );
  app.route(
    'POST',
    '/0/private/GetWebSocketsToken',
    gate.signed((_form, customer) => success(quoted({ token: tokens.issue(customer), expires: TOKEN_SECONDS }))),
  );
}

/** The account stays in the lowest tier of the fee schedule, whatever it trades. */
function feeRow(feeBps: number): Record<string, unknown> {
  const fee = (feeBps / 100).toFixed(4);
  return { fee, minfee: '0.0000', maxfee: fee, nextfee: null, tiervolume: '0.0000', nextvolume: null };
}

function volumeOf(account: EngineAccount): bigint {
  return account.fills().reduce((sum, { quote }) => sum + quote, 0n);
}
