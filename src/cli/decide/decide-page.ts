import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { DecideReport } from './decide-on-captures.js';

/**
 * The report as one page that needs nothing else: the plotting library, the styles and the numbers are in it. The files of the page
 * lie beside this one.
 */
export function decidePage(report: DecideReport): string {
  const require = createRequire(import.meta.url);
  const own = (name: string): string => readFileSync(new URL(`./page/${name}`, import.meta.url), 'utf8');
  const library = (name: string): string => readFileSync(require.resolve(`uplot/dist/${name}`), 'utf8');
  const scripts = [library('uPlot.iife.min.js'), own('page.js')].map(
    (text) => `<script>${text.replaceAll('</script', '<\\/script')}</script>`,
  );
  // What looks like the end of a script must not end this one.
  const data = JSON.stringify(report).replaceAll('<', '\\u003c');
  const parts: Readonly<Record<string, string>> = {
    STYLE: `<style>${library('uPlot.min.css')}\n${own('page.css')}</style>`,
    SCRIPTS: [`<script type="application/json" id="report">${data}</script>`, ...scripts].join('\n'),
  };
  return own('page.html').replaceAll(/<!-- ([A-Z]+) -->/g, (_, part: string) => parts[part] ?? '');
}
