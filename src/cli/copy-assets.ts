import { cpSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The dashboard's pages are served as they are; the build puts them beside the compiled server. */
const dashboard = fileURLToPath(new URL('../../../src/ops/dashboard', import.meta.url));
cpSync(dashboard, fileURLToPath(new URL('../ops/dashboard', import.meta.url)), { recursive: true });

/** The files of the page that `tiercel decide` writes. */
const page = fileURLToPath(new URL('../../../src/cli/decide/page', import.meta.url));
cpSync(page, fileURLToPath(new URL('./decide/page', import.meta.url)), { recursive: true });
