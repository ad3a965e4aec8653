// Level lists in the forms that MEXC contract and Gate.io futures write, without white space and with short numbers. Each
// reader begins at the list's bracket and takes the list as a whole; whatever is written otherwise goes to levels.ts.
import { LEVEL_STRIDE } from '../memory/layout';
import { levelsMax } from '../memory/thread';
import { at, keyOf, resumeAt } from './json';
import { readLevelArrays, readLevelObjects } from './levels';
import { shortUnits, shortValue } from './number';

const LEVEL_PRICE = keyOf('p');
const LEVEL_SIZE = keyOf('s');
const OPEN_PRICE = keyOf('{"p":"');
const QUOTE_SIZE = keyOf('","s":');
const SIX_BYTES: u64 = 0xffffffffffff;

/** Whether the bare number at `from` begins with a zero that another digit follows, which JSON forbids. */
// @ts-ignore: decorator
@inline
function leadsWithZero(from: usize): bool {
  return load<u8>(from) == 0x30 && <u32>load<u8>(from, 1) - 0x30 <= 9;
}

/** Reads `[[price,contracts,orders],...]` of bare numbers. @returns levels written to `target` */
export function readBareTriples(target: usize, priceScale: i32, qtyScale: i32): i32 {
  const list = at;
  let from = list + 1;
  let level = target;
  for (let count = 1; count <= levelsMax; count++) {
    if (load<u8>(from) != 0x5b || leadsWithZero(from + 1)) break;
    const priceEnd = shortUnits(from + 1, priceScale);
    const price = shortValue;
    if (priceEnd == 0 || price <= 0 || load<u8>(priceEnd) != 0x2c || leadsWithZero(priceEnd + 1)) break;
    const qtyEnd = shortUnits(priceEnd + 1, qtyScale);
    if (qtyEnd == 0 || shortValue < 0 || load<u8>(qtyEnd) != 0x2c || leadsWithZero(qtyEnd + 1)) break;
    let end = qtyEnd + 1;
    while (<u32>load<u8>(end) - 0x30 <= 9) end++;
    if (end == qtyEnd + 1 || load<u8>(end) != 0x5d) break;
    store<f64>(level, price);
    store<f64>(level, shortValue, 8);
    level += LEVEL_STRIDE;
    const next = <u32>load<u8>(end, 1);
    from = end + 2;
    if (next == 0x2c) continue;
    if (next != 0x5d) break;
    resumeAt(from);
    return count;
  }
  return readLevelArrays(target, priceScale, qtyScale);
}

/** Reads `[{"p":"price","s":contracts},...]`, where contracts are a number or a text. @returns levels written to `target` */
export function readPriceSizeObjects(target: usize, priceScale: i32, qtyScale: i32): i32 {
  const list = at;
  let from = list + 1;
  let level = target;
  for (let count = 1; count <= levelsMax; count++) {
    if ((load<u64>(from) & SIX_BYTES) != OPEN_PRICE) break;
    const priceEnd = shortUnits(from + 6, priceScale);
    const price = shortValue;
    if (priceEnd == 0 || price <= 0 || (load<u64>(priceEnd) & SIX_BYTES) != QUOTE_SIZE) break;
    const quoted = <usize>(load<u8>(priceEnd, 6) == 0x22);
    const size = priceEnd + 6 + quoted;
    let end = shortUnits(size, qtyScale);
    if (end == 0 || shortValue < 0 || (quoted == 0 && leadsWithZero(size))) break;
    if (quoted != 0 && load<u8>(end) != 0x22) break;
    end += quoted;
    if (load<u8>(end) != 0x7d) break;
    store<f64>(level, price);
    store<f64>(level, shortValue, 8);
    level += LEVEL_STRIDE;
    const next = <u32>load<u8>(end, 1);
    from = end + 2;
    if (next == 0x2c) continue;
    if (next != 0x5d) break;
    resumeAt(from);
    return count;
  }
  return readLevelObjects(target, priceScale, qtyScale, LEVEL_PRICE, LEVEL_SIZE);
}
