import { selfContainedPage } from '../../research/reports/self-contained-page.js';
import type { DecideReport } from './decide-on-captures.js';

/** The report as one page that needs nothing else. The files of the page lie beside this one. */
export function decidePage(report: DecideReport): string {
  return selfContainedPage(new URL('./page/', import.meta.url), report);
}
