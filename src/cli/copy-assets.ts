import { cpSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The dashboard's pages are served as they are; the build puts them beside the compiled server. */
const dashboard = fileURLToPath(new URL('../../../src/ops/dashboard', import.meta.url));
cpSync(dashboard, fileURLToPath(new URL('../ops/dashboard', import.meta.url)), { recursive: true });
