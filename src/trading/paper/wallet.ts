import { type Decimal, Exact } from '../../domain/decimal.js';
import type { TradableInstrument } from '../../domain/instrument.js';
import type { Side } from '../../domain/order.js';
import type { AccountSnapshot } from '../../execution/reconciliation-types.js';
import { Lots } from '../../ledger/lots.js';

/** What a paper account begins with: as the ledger keeps it, or as it is configured. */
export type PaperOpening = Pick<AccountSnapshot, 'balances' | 'positions'>;

/** Contracts held of one instrument. */
export interface PaperPosition {
  readonly instrument: TradableInstrument;
  /** Contracts, negative for a short position. */
  readonly size: Decimal;
  /** In the quote asset, with the sign of the size. */
  readonly openCost: Decimal;
}

const ZERO = new Exact(0);

/** Assets and contracts of a paper account, to the last digit. Positions are kept at average cost, as venues do. */
export class PaperWallet {
  private readonly totals = new Map<string, Decimal>();
  private readonly contracts = new Map<string, { readonly instrument: TradableInstrument; size: Decimal; lots: Lots }>();

  /** @param instrumentOf throws for a contract that is not listed */
  constructor({ balances, positions }: PaperOpening, instrumentOf: (symbol: string) => TradableInstrument) {
    for (const { asset, total } of balances) this.move(asset, new Exact(total));
    for (const { symbol, signedSize, openCost } of positions) {
      const instrument = instrumentOf(symbol);
      const size = new Exact(signedSize);
      const lots = Lots.average(size.mul(instrument.contractSize), new Exact(openCost));
      this.contracts.set(instrument.symbol, { instrument, size, lots });
    }
  }

  /** Every asset that was ever held. */
  get assets(): readonly string[] {
    return [...this.totals.keys()];
  }

  /** Every position that is not flat. */
  get positions(): readonly PaperPosition[] {
    return [...this.contracts.values()]
      .filter(({ size }) => !size.isZero())
      .map(({ instrument, size, lots }) => ({ instrument, size, openCost: lots.openCost }));
  }

  total(asset: string): Decimal {
    return this.totals.get(asset) ?? ZERO;
  }

  /** Contracts held, negative for a short position. */
  size({ symbol }: TradableInstrument): Decimal {
    return this.contracts.get(symbol)?.size ?? ZERO;
  }

  move(asset: string, amount: Decimal): void {
    this.totals.set(asset, this.total(asset).plus(amount));
  }

  /** Books a fill without its fee. */
  fill(instrument: TradableInstrument, side: Side, quantity: Decimal, price: string): void {
    const signed = side === 'buy' ? quantity : quantity.neg();
    const { symbol, base, quote, contractSize } = instrument;
    if (instrument.market === 'spot') {
      this.move(base, signed);
      this.move(quote, signed.mul(price).neg());
      return;
    }
    const held = this.contracts.get(symbol) ?? { instrument, size: ZERO, lots: new Lots('average') };
    this.contracts.set(symbol, held);
    held.size = held.size.plus(signed);
    this.move(quote, held.lots.change(signed.mul(contractSize), new Exact(price)));
  }

  /** What another account would have to begin with to go on where this one is. */
  snapshot(): PaperOpening {
    return {
      balances: [...this.totals].flatMap(([asset, total]) => (total.isZero() ? [] : [{ asset, total: total.toFixed() }])),
      positions: this.positions.map(({ instrument, size, openCost }) => ({
        symbol: instrument.symbol,
        signedSize: size.toFixed(),
        openCost: openCost.toFixed(),
      })),
    };
  }
}
