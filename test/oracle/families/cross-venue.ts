import { Decimal } from 'decimal.js';
import { BOOK_ASK_PRICE, BOOK_BID_PRICE } from '../../../assembly/memory/layout.js';
import {
  FAILING_DEPTH,
  FAILING_MAX_QTY,
  FAILING_MIN_QTY,
  FAILING_MIN_VALUE,
  FAILING_SELL_SHIFT,
  SIZE_ABOVE_MAXIMUM,
  SIZE_BELOW_MINIMUM,
  SIZE_FEASIBLE,
  SIZE_OFF_GRID,
  SIZE_TOO_THIN,
} from '../../../assembly/memory/scan-layout.js';
import { KernelError } from '../../../src/domain/errors.js';
import { commonStep } from '../../../src/domain/order-grid.js';
import { type Amount, parseAmount } from '../../../src/kernel/pricing.js';
import type { Sizing } from '../../../src/kernel/sizing.js';
import { type Family, fromUnits } from '../family.js';
import type { OracleBooks } from '../oracle-books.js';
import type { ReferenceBook } from '../reference.js';

interface Venue extends Pick<ReferenceBook, 'bids' | 'asks'> {
  readonly name: string;
  readonly takerFee: string;
  readonly lotStep: string;
  readonly minQty: string;
  readonly minNotional: string;
  readonly maxQty?: string;
}

interface SizesInput {
  readonly type: 'sizes';
  readonly venues: readonly Venue[];
  readonly multipliers: readonly number[];
  readonly rounding: 'up' | 'down';
}
type Input = SizesInput | { readonly type: 'touch'; readonly venues: readonly Venue[] };

/** Decimals of prices and quantities that the venues share. */
interface Scales {
  readonly price: number;
  readonly qty: number;
}

const Wide = Decimal.clone({ precision: 60 });

interface Pair {
  readonly buy: string;
  readonly sell: string;
  readonly grossPct: number;
  readonly netPct: number;
}

function scalesOf(venues: readonly Venue[]): Scales {
  const most = (texts: readonly string[]): number => Math.max(0, ...texts.map((text) => new Wide(text).decimalPlaces()));
  const levels = venues.flatMap(({ bids, asks }) => [...bids, ...asks]);
  const rules = venues.flatMap(({ lotStep, minQty, maxQty }) => [lotStep, minQty, maxQty ?? '0']);
  return { price: most(levels.map(([price]) => price)), qty: most([...levels.map(([, qty]) => qty), ...rules]) };
}

/** Family `cross_venue`: the best pair and its sizes from the scan, all pairs by the kernel's spread functions from the touches. */
export const crossVenue: Family = (books, _file, reference) => {
  const input = reference.input as unknown as Input;
  const { venues } = input;
  const scales = scalesOf(venues);
  venues.forEach(({ name, bids, asks }, index) => {
    const book = { bids, asks, priceDecimals: scales.price, qtyDecimals: scales.qty };
    if (!books.load(index, book)) throw new KernelError(`the book of ${name} exceeds 2^53 units`, { name });
  });
  const { scanner } = books;
  scanner.setRow(
    0,
    venues.map(({ takerFee }, index) => ({ book: books.book(index), takerFee: Number(takerFee), basePerUnit: 1 })),
  );
  if (input.type === 'sizes') scanner.setSizing(0, sizingOf(input, scales));
  scanner.scanAll(0, Number.POSITIVE_INFINITY);
  const pairs = allPairs(books, venues);
  const best = bestPair(books, venues);
  return { got: input.type === 'sizes' ? { best, pairs, sizes: sizesOf(books, input, scales) } : { best, pairs } };
};

function bestPair({ scanner }: OracleBooks, venues: readonly Venue[]): Pair | null {
  if (!scanner.hasPair(0)) return null;
  return {
    buy: venues[scanner.buyVenue(0)]?.name ?? '',
    sell: venues[scanner.sellVenue(0)]?.name ?? '',
    grossPct: scanner.gross(0) * 100,
    netPct: scanner.net(0) * 100,
  };
}

function allPairs(books: OracleBooks, venues: readonly Venue[]): Pair[] {
  const { kernel } = books;
  return venues.flatMap((buy, i) =>
    venues.flatMap((sell, j): Pair[] => {
      const ask = kernel.float64At(books.book(i) + BOOK_ASK_PRICE);
      const bid = kernel.float64At(books.book(j) + BOOK_BID_PRICE);
      if (i === j || ask === 0 || bid === 0) return [];
      return [
        {
          buy: buy.name,
          sell: sell.name,
          grossPct: kernel.exports.grossSpread(ask, bid) * 100,
          netPct: kernel.exports.netSpread(ask, Number(buy.takerFee), bid, Number(sell.takerFee)) * 100,
        },
      ];
    }),
  );
}

/** What the kernel is told of the venues' rules. */
function sizingOf({ venues, multipliers, rounding }: SizesInput, { price, qty }: Scales): Sizing {
  const units = (text: string): Decimal => new Wide(text).times(new Wide(10).pow(qty));
  const amount = (text: string): Amount => {
    const parsed = parseAmount(text, price + qty);
    return parsed === 'INVALID_AMOUNT' ? { high: 0, low: 0 } : parsed;
  };
  return {
    venues: venues.map(({ lotStep, minQty, minNotional, maxQty }) => ({
      unitsPerQty: 1,
      lotUnits: BigInt(units(lotStep).toFixed(0)),
      minUnits: units(minQty).toNumber(),
      maxUnits: maxQty === undefined ? Number.POSITIVE_INFINITY : units(maxQty).toNumber(),
      minValue: amount(minNotional),
      targets: multipliers.map((multiplier) => amount(new Wide(minNotional).times(multiplier).toFixed())),
    })),
    count: multipliers.length,
    roundUp: rounding === 'up',
    fromNet: Number.NEGATIVE_INFINITY,
  };
}

function sizesOf({ scanner }: OracleBooks, { venues, multipliers }: SizesInput, { price, qty }: Scales): unknown[] {
  const buy = venues[scanner.buyVenue(0)];
  const sell = venues[scanner.sellVenue(0)];
  if (buy === undefined || sell === undefined) return [];
  const commonLot = commonStep(buy.lotStep, sell.lotStep);
  return Array.from({ length: scanner.sizeCount(0) }, (_, size) => {
    const multiplier = multipliers[size] ?? 0;
    const base = scanner.sizeBaseUnits(0, size);
    const status = scanner.sizeStatus(0, size);
    const told = {
      multiplier,
      targetQuote: Wide.max(buy.minNotional, sell.minNotional).times(multiplier),
      commonLot,
      baseAmount: fromUnits(base, qty),
    };
    if (status !== SIZE_FEASIBLE) {
      const refusal = {
        ...told,
        feasible: false,
        reason: REASONS[status],
        failing: failingOf(status, scanner.sizeFailing(0, size)),
      };
      if (status !== SIZE_TOO_THIN) return refusal;
      return {
        ...refusal,
        availableBuyBase: fromUnits(scanner.sizeBuyAvailableUnits(0, size), qty),
        availableSellBase: fromUnits(scanner.sizeSellAvailableUnits(0, size), qty),
      };
    }
    const quote = (units: number): Decimal | null => fromUnits(units, price + qty);
    const bought = scanner.sizeBuyQuoteUnits(0, size);
    const sold = scanner.sizeSellQuoteUnits(0, size);
    return {
      ...told,
      feasible: true,
      buyAvgPrice: fromUnits(bought / base, price),
      sellAvgPrice: fromUnits(sold / base, price),
      buyLevels: scanner.sizeBuyLevels(0, size),
      sellLevels: scanner.sizeSellLevels(0, size),
      buyFee: quote(bought * scanner.takerFee(0, scanner.buyVenue(0))),
      sellFee: quote(sold * scanner.takerFee(0, scanner.sellVenue(0))),
      buyCost: quote(scanner.sizeCostUnits(0, size)),
      sellProceeds: quote(scanner.sizeProceedsUnits(0, size)),
      netProfit: quote(scanner.sizeNetUnits(0, size)),
      netSpreadPct: scanner.sizeNet(0, size) * 100,
    };
  });
}

const REASONS: Readonly<Record<number, string>> = {
  [SIZE_OFF_GRID]: 'off_grid',
  [SIZE_BELOW_MINIMUM]: 'below_minimum',
  [SIZE_ABOVE_MAXIMUM]: 'above_maximum',
  [SIZE_TOO_THIN]: 'too_thin',
};
const FILTERS: readonly (readonly [bit: number, name: string])[] = [
  [FAILING_MIN_QTY, '.minQty'],
  [FAILING_MIN_VALUE, '.minNotional'],
  [FAILING_MAX_QTY, '.maxQty'],
  [FAILING_DEPTH, ''],
];

function failingOf(status: number, bits: number): string[] {
  const filters = FILTERS.filter(([bit]) => status === SIZE_TOO_THIN || bit !== FAILING_DEPTH);
  const of = (side: string, own: number): string[] => filters.flatMap(([bit, name]) => ((own & bit) === 0 ? [] : [side + name]));
  return [...of('buy', bits), ...of('sell', bits >> FAILING_SELL_SHIFT)];
}
