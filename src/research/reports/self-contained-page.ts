import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

/** JSON knows neither infinity nor NaN: the one is told by name, the other is nothing. */
export function plainNumbers(_key: string, value: unknown): unknown {
  if (typeof value !== 'number' || Number.isFinite(value)) return value;
  return Number.isNaN(value) ? null : String(value);
}

/**
 * A page that needs nothing else: the plotting library, the styles, the scripts and the numbers are in it. What all pages share is in
 * base/, ahead of their own.
 * @param folder of page.html, which has the marks `<!-- STYLE -->` and `<!-- SCRIPTS -->`, of page.css and of the scripts
 * @param data is put, as JSON, into the element with the id "report"; what is not finite as `plainNumbers` says
 * @param scripts names of the scripts, modules without imports, in the order in which they run
 */
export function selfContainedPage(folder: URL, data: unknown, scripts: readonly string[] = ['page.js']): string {
  const require = createRequire(import.meta.url);
  const own = (name: string): string => readFileSync(new URL(name, folder), 'utf8');
  const base = (name: string): string => readFileSync(new URL(`./base/${name}`, import.meta.url), 'utf8');
  const library = (name: string): string => readFileSync(require.resolve(`uplot/dist/${name}`), 'utf8');
  const script = (text: string, type = ''): string => `<script${type}>${text.replaceAll('</script', '<\\/script')}</script>`;
  const modules = [base('base.js'), ...scripts.map(own)].map((text) => script(text, ' type="module"'));
  const code = [script(library('uPlot.iife.min.js')), ...modules];
  // What looks like the end of a script must not end this one.
  const json = JSON.stringify(data, plainNumbers).replaceAll('<', '\\u003c');
  const parts: Readonly<Record<string, string>> = {
    STYLE: `<style>${library('uPlot.min.css')}\n${base('base.css')}\n${own('page.css')}</style>`,
    SCRIPTS: [`<script type="application/json" id="report">${json}</script>`, ...code].join('\n'),
  };
  return own('page.html').replaceAll(/<!-- ([A-Z]+) -->/g, (_, part: string) => parts[part] ?? '');
}
