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
  const parts: Readonly<Record<string, string>> = {
    STYLE: `${library('uPlot.min.css')}\n${own('page.css')}`,
    LIBRARY: scriptText(library('uPlot.iife.min.js')),
    SCRIPT: scriptText(own('page.js')),
    // What looks like the end of a script must not end this one.
    REPORT: JSON.stringify(report).replaceAll('<', '\\u003c'),
  };
  return own('page.html').replaceAll(/<!-- ([A-Z]+) -->/g, (_, part: string) => parts[part] ?? '');
}

function scriptText(text: string): string {
  return text.replaceAll('</script', '<\\/script');
}
