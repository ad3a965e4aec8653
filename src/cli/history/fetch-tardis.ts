import { dirname, join } from 'node:path';
import { InvalidInputError } from '../../domain/errors.js';
import { importCapture } from '../../feeds/capture/capture-import.js';
import { importRawDay } from '../../feeds/capture/tardis-source.js';
import type { Catalogue } from '../../history/catalogue.js';
import {
  TARDIS_DATA_TYPES,
  TARDIS_ENDPOINTS,
  TardisClient,
  type TardisFilter,
  type TardisOutcome,
} from '../../history/fetch/tardis-client.js';
import { type ImportReport, importFile } from '../../history/import/importer.js';
import { dateOf } from '../../history/series.js';
import { count } from '../../ops/human-text.js';
import { downloadFile } from '../../transport/download.js';
import type { CommandOutput } from '../capture-verify.js';
import type { Config } from '../config.js';
import { EXIT_FOUND_FAULT, EXIT_GOOD } from '../exit.js';
import { openHttp } from '../gateways.js';
import { ProgressBar } from '../progress-bar.js';
import { SystemRandom } from '../system-random.js';
import { momentUs } from './catalogue.js';
import type { FetchFlags, Surroundings } from './fetch-flags.js';

/** Name of the environment variable with the key of Tardis. */
const TARDIS_KEY = 'TIERCEL_TARDIS_KEY';
const SILENCE_MS = 60_000;
const REDIRECTS_MAX = 3;

/** Datasets or raw feeds of Tardis. @returns the exit code */
export async function fetchFromTardis(
  catalogue: Catalogue,
  _config: Config,
  flags: FetchFlags,
  output: CommandOutput,
  { timers }: Surroundings,
  isStopped: () => boolean,
): Promise<number> {
  const http = openHttp(timers);
  const client = new TardisClient({
    http,
    download: (url, headers, path) =>
      downloadFile(url, headers, path, { silenceMs: SILENCE_MS, redirectsMax: REDIRECTS_MAX }, timers),
    timers,
    random: new SystemRandom(),
    apiKey: process.env[TARDIS_KEY] ?? null,
    endpoints: flags.tardisUrl === undefined ? TARDIS_ENDPOINTS : { api: flags.tardisUrl, datasets: flags.tardisUrl },
  });
  const exchange = flags.tardis ?? '';
  const fromDate = dateOf(momentUs(flags.from, '--from'));
  const toDate = flags.to === undefined ? dateOf(momentUs(flags.from, '--from') + 86_400e6) : dateOf(momentUs(flags.to, '--to'));
  if (toDate <= fromDate) throw new InvalidInputError('--to must be a day after --from');
  const folder = flags.downloads ?? join(catalogue.root, 'downloads');
  const bar = new ProgressBar(1, output.progress);
  const progress = {
    isStopped,
    onProgress: (done: number, total: number) => bar.to(done / total, `${count(done)} of ${count(total)} files`),
  };
  try {
    const { channels, symbols } = flags;
    if (channels !== undefined) {
      const filters = channels.map((channel): TardisFilter => ({ channel, symbols }));
      const outcome = await client.downloadFeeds(folder, { exchange, filters, fromDate, toDate, sliceMinutes: 10 }, progress);
      const days = [...new Set(outcome.files.map(dirname))];
      const reports: ImportReport[] = [];
      for (const day of days) {
        bar.to(reports.length / days.length, `importing ${day}`);
        reports.push(await importRawDay(catalogue, day));
      }
      bar.clear();
      return tell(outcome, reports, flags, output);
    }
    const types = flags.types.map((type) => {
      const known = TARDIS_DATA_TYPES.find((each) => each === type);
      if (known === undefined)
        throw new InvalidInputError(`--types ${type}: known are ${TARDIS_DATA_TYPES.join(', ')}`, { type });
      return known;
    });
    const outcome = await client.downloadDatasets(folder, { exchange, types, symbols, fromDate, toDate }, progress);
    const reports: ImportReport[] = [];
    for (const path of outcome.files) {
      bar.to(reports.length / outcome.files.length, `importing ${path}`);
      reports.push(await importFile({ catalogue, captures: importCapture }, path));
    }
    bar.clear();
    return tell(outcome, reports, flags, output);
  } finally {
    bar.clear();
    await http.close();
  }
}

function tell(outcome: TardisOutcome, reports: readonly ImportReport[], { json }: FetchFlags, output: CommandOutput): number {
  const { files, alreadyThere, failures } = outcome;
  const rows = reports.reduce((sum, report) => sum + report.rows, 0);
  const malformed = reports.reduce((sum, report) => sum + report.malformedCount, 0);
  if (json === true) output.write(`${JSON.stringify({ ...outcome, imported: reports })}\n`);
  else {
    output.write(
      `${count(files.length)} files, ${count(alreadyThere)} of them from before; ${count(rows)} rows imported, ${count(malformed)} malformed\n`,
    );
    for (const { unread = {} } of reports)
      for (const [channel, messages] of Object.entries(unread))
        output.write(`  ${count(messages)} messages of ${channel} are not decoded\n`);
    for (const { what, reason } of failures) output.write(`  ${what}: ${reason}\n`);
  }
  return failures.length > 0 || malformed > 0 ? EXIT_FOUND_FAULT : EXIT_GOOD;
}
