/** Whole units as a decimal with all its digits: (6301250, 2) is "63012.50". */
export function fixedText(units: number, decimals: number): string {
  const digits = String(units);
  if (decimals === 0) return digits;
  if (digits.length <= decimals) return `0.${digits.padStart(decimals, '0')}`;
  return `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
}

/** Whole units as the shortest decimal: (6301250, 2) is "63012.5". */
export function trimmedText(units: number, decimals: number): string {
  const text = fixedText(units, decimals);
  if (decimals === 0) return text;
  let end = text.length;
  while (text.charCodeAt(end - 1) === 48) end--;
  return text.slice(0, text.charCodeAt(end - 1) === 46 ? end - 1 : end);
}

/** Whole units as a decimal that is padded with zeros to more digits than the units have: (6301250, 2, 4) is "63012.5000". */
export function paddedText(units: number, decimals: number, width: number): string {
  return fixedText(units * 10 ** (width - decimals), width);
}

/** The decimal of one step at a number of decimals: 4 is "0.0001", 0 is "1"; `steps` of them for coarser ticks. */
export function stepText(decimals: number, steps = 1): string {
  return fixedText(steps, decimals);
}
