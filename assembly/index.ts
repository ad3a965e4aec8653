// What the kernel exports. Every thread runs its own instance over the one shared memory.
import { fillCrcTables } from './book/crc';
import { fillDigitTables } from './book/digits';
import { fillNumberTables } from './decode/number';

fillNumberTables();
fillCrcTables();
fillDigitTables();

export { attach } from './memory/thread';
export { addSymbol, findSymbol } from './memory/symbols';
export { observeBooks } from './memory/seqlock';
export { recordLatency } from './memory/histogram';
export { decode, decodeInPlace, decodeSnapshot } from './decode/decode';
export { recoverBook, resetBook, setState, wake } from './book/publish';
export { applyLadders } from './book/ladders';
export { applyLevels, applyMark, applyTrade } from './book/rows';
export { copyBook } from './book/copy';
export { crc32 } from './book/crc';
export { checksumOf } from './book/checked';
export { walkBase, walkQuote } from './pricing/walk';
export { impact } from './pricing/impact';
export { depthWithin } from './pricing/depth';
export { imbalance } from './pricing/imbalance';
export { microprice } from './pricing/microprice';
export { pressure } from './pricing/pressure';
export { grossSpread, netSpread, scanAll, scanDirty } from './pricing/scan';
export { addScaled, distances, dot, extent, moments, shift, sumOf } from './stats/sums';
export { leastSquares } from './stats/regression';
export { laggedProducts } from './stats/lags';
export { quantiles } from './stats/quantiles';
export { packReached, sweepPair } from './stats/threshold-sweep';
export { rescaledRange, square, stepSquares, totalSquares } from './stats/paths';
export { exponential, rolling, rollingMedian } from './stats/rolling';
export { rollingRegression } from './stats/rolling-regression';
