import type { SeededRandom } from '../../domain/random.js';

const CONSONANTS = 'BCDFGHKLMNPRSTVZ';
const VOWELS = 'AEIOU';

/** Invents pronounceable tickers of four or five letters ("BELU", "TAKOR"), all different and none in `taken`. */
export function inventTickers(count: number, taken: ReadonlySet<string>, random: SeededRandom): string[] {
  const known = new Set(taken);
  const tickers: string[] = [];
  while (tickers.length < count) {
    let ticker = letter(CONSONANTS, random) + letter(VOWELS, random) + letter(CONSONANTS, random) + letter(VOWELS, random);
    if (random.next() < 0.5) ticker += letter(CONSONANTS, random);
    if (known.has(ticker)) continue;
    known.add(ticker);
    tickers.push(ticker);
  }
  return tickers;
}

function letter(letters: string, random: SeededRandom): string {
  return letters.charAt(random.below(letters.length));
}
