import type { SimulatedBook } from '../../market/book.js';
import type { EngineAccount, EngineBalance } from '../../matching/types.js';
import { quoted } from '../json-text.js';
import { paddedMoney } from '../money-text.js';
import type { VenueApp } from '../venue-app.js';
import { NOT_FOUND } from './answers.js';
import type { Gate } from './gate.js';
import { currencyAccountId, profileId } from './ids.js';

const MONEY_DECIMALS = 16;
const BPS = 10_000;

/** What the profile holds and pays, over REST. */
export function serveAccounts(app: VenueApp, gate: Gate, books: readonly SimulatedBook[]): void {
  app.get(
    '/accounts',
    gate.signed((_request, { account }) => ({ body: quoted(holdings(account, books).map((row) => accountRow(account, row))) })),
  );
  app.get(
    '/accounts/:id',
    gate.signed(({ parameter }, { account }) => {
      const found = holdings(account, books).find(({ asset }) => currencyAccountId(account, asset) === parameter);
      return found === undefined ? NOT_FOUND : { body: quoted(accountRow(account, found)) };
    }),
  );
  app.get(
    '/fees',
    gate.signed((_request, { account }) => {
      const volume = account.fills().reduce((sum, { quote }) => sum + quote, 0n);
      const instrument = books[0]?.instrument;
      return {
        body: quoted({
          maker_fee_rate: rateText(instrument?.makerFeeBps ?? 0),
          taker_fee_rate: rateText(instrument?.takerFeeBps ?? 0),
          usd_volume: paddedMoney(volume, 2),
        }),
      };
    }),
  );
}

/** A fee in basis points as the fraction that the venue writes. */
export function rateText(feeBps: number): string {
  return (feeBps / BPS).toFixed(4);
}

/** There is an account for every currency, also for those that it never held. */
export function holdings(account: EngineAccount, books: readonly SimulatedBook[]): readonly EngineBalance[] {
  const held = account.balances('spot');
  const known = new Set(held.map(({ asset }) => asset));
  const listed = new Set(books.flatMap(({ instrument }) => [instrument.quote, instrument.base]));
  return [...held, ...[...listed].filter((asset) => !known.has(asset)).map((asset) => account.balance('spot', asset))];
}

function accountRow(account: EngineAccount, { asset, total, locked }: EngineBalance): Record<string, unknown> {
  return {
    id: currencyAccountId(account, asset),
    currency: asset,
    balance: paddedMoney(total, MONEY_DECIMALS),
    hold: paddedMoney(locked, MONEY_DECIMALS),
    available: paddedMoney(total - locked, MONEY_DECIMALS),
    profile_id: profileId(account),
    trading_enabled: true,
  };
}
