import { cpSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Files of pages are served or written as they are; the build puts them beside the compiled code. */
for (const folder of ['ops/dashboard', 'cli/decide/page', 'research/reports/base', 'research/reports/page']) {
  const source = fileURLToPath(new URL(`../../../src/${folder}`, import.meta.url));
  cpSync(source, fileURLToPath(new URL(`../${folder}`, import.meta.url)), { recursive: true });
}
