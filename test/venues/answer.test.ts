import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { idText, parseExactJson, plainDecimal } from '../../src/venues/answer.js';

describe('answers of venues', () => {
  it('keep every digit of every number', () => {
    const digits = fc.tuple(fc.bigInt(0n, 10n ** 24n), fc.integer({ min: 0, max: 12 })).map(([units, decimals]) => {
      const text = units.toString().padStart(decimals + 1, '0');
      return decimals === 0 ? text : `${text.slice(0, -decimals)}.${text.slice(-decimals)}`;
    });
    fc.assert(
      fc.property(digits, (text) => {
        const { number } = parseExactJson(`{"number":${text}}`) as { number: unknown };
        const [whole = '', fraction = ''] = text.split('.');
        const expected = fraction.replace(/0+$/, '') === '' ? whole : `${whole}.${fraction.replace(/0+$/, '')}`;
        expect(plainDecimal.parse(number)).toBe(expected);
      }),
    );
  });

  it('keep ids beyond 2^53 and read ids of either kind', () => {
    const body = parseExactJson('{"orderId":739113577038255617,"small":42}') as Record<string, unknown>;
    expect(idText.parse(body['orderId'])).toBe('739113577038255617');
    expect(idText.parse(body['small'])).toBe('42');
  });

  it('are undefined when they are no JSON', () => {
    for (const text of ['', '<html>502 Bad Gateway</html>', '{"a":', 'nonsense']) expect(parseExactJson(text)).toBeUndefined();
  });
});
