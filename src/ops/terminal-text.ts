/** Colours of the terminal view, as SGR parameters. */
const STYLES = {
  plain: '',
  bold: '1',
  dim: '2',
  good: '32',
  warn: '33',
  bad: '31',
  accent: '36',
  heading: '1;36',
} as const;
export type Style = keyof typeof STYLES;

/** A piece of one line in one style. */
export type Span = readonly [text: string, style: Style];

/** Text set to a width: padded on the right, or on the left for numbers, and cut with an ellipsis. */
export function cell(text: string, width: number, align: 'left' | 'right' = 'left'): string {
  if (text.length > width) return width < 1 ? '' : `${text.slice(0, width - 1)}…`;
  return align === 'left' ? text.padEnd(width) : text.padStart(width);
}

/** Names come from venues and messages from anywhere; none of them may steer the terminal. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const CONTROL_CHARACTERS = /[\u0000-\u001f\u007f-\u009f]/g;

/** One line with its colours, no wider than `width` on the screen. */
export function renderLine(spans: readonly Span[], width: number): string {
  let left = width;
  let line = '';
  for (const [text, style] of spans) {
    if (left <= 0) break;
    const clean = text.replace(CONTROL_CHARACTERS, '·');
    const shown = clean.length > left ? cell(clean, left) : clean;
    left -= shown.length;
    line += STYLES[style] === '' ? shown : `\x1b[${STYLES[style]}m${shown}\x1b[0m`;
  }
  return line;
}
