import fc from 'fast-check';

/** Decimal texts of up to 60 digits before and behind the point, some of them as venues write them with an exponent. */
export function decimalText({ negative = false, zero = true } = {}): fc.Arbitrary<string> {
  return fc
    .tuple(
      fc.constantFrom(...(negative ? ['', '-'] : [''])),
      fc.oneof(fc.bigInt(zero ? 0n : 1n, 999_999n), fc.bigInt(1n, 10n ** 60n)),
      fc.integer({ min: 0, max: 60 }),
      fc.constantFrom('plain', 'exponent', 'zeros'),
    )
    .map(([sign, digits, decimals, form]) => {
      if (form === 'exponent') return `${sign}${digits}e-${decimals}`;
      const padded = digits.toString().padStart(decimals + 1, '0');
      const plain = decimals === 0 ? padded : `${padded.slice(0, -decimals)}.${padded.slice(-decimals)}`;
      return form === 'zeros' && decimals > 0 ? `${sign}0${plain}00` : `${sign}${plain}`;
    });
}

/** Prices, sizes and the like: above 0, few digits, so that multiples and ties happen. */
export function amountText(decimals = 6): fc.Arbitrary<string> {
  return fc
    .tuple(fc.integer({ min: 1, max: 2_000_000 }), fc.integer({ min: 0, max: decimals }))
    .map(([units, places]) => (units / 10 ** places).toFixed(places));
}

/** Fractions such as fees and rates, of either sign. */
export const rateText: fc.Arbitrary<string> = fc.integer({ min: -30_000, max: 30_000 }).map((units) => (units / 1e6).toFixed(6));
