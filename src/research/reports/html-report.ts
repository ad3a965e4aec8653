import type { ResearchReport } from './report-data.js';
import { selfContainedPage } from './self-contained-page.js';

/** The report as one file of HTML that loads nothing; names of symbols and venues are texts in it, whatever they say. */
export function htmlReport(report: ResearchReport): string {
  return selfContainedPage(new URL('./page/', import.meta.url), report, ['lines.js', 'grids.js', 'page.js']);
}
