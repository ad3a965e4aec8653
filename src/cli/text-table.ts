/** One column of a table for a terminal. */
export interface TextColumn<T> {
  readonly title: string;
  readonly align: 'left' | 'right';
  text(row: T): string;
}

/** Rows in columns of equal width, a title line first, each line indented by two spaces. */
export function textTable<T>(columns: readonly TextColumn<T>[], rows: readonly T[]): string {
  const lines = [columns.map(({ title }) => title), ...rows.map((row) => columns.map(({ text }) => text(row)))];
  const widths = columns.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  const cell = (text: string, column: number): string =>
    columns[column]?.align === 'right' ? text.padStart(widths[column] ?? 0) : text.padEnd(widths[column] ?? 0);
  return lines.map((line) => `  ${line.map(cell).join('  ').trimEnd()}\n`).join('');
}
