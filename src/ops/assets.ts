import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, extname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type HttpAnswer, text } from './http-message.js';

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/**
 * Reads every file that the dashboard may ask for, once: its own, and those of the two packages that it uses in the browser.
 * A request is then a look-up in a fixed table, so no path can lead outside of it.
 */
export function loadAssets(): ReadonlyMap<string, HttpAnswer> {
  const require = createRequire(import.meta.url);
  const msgpack = join(dirname(require.resolve('@msgpack/msgpack/package.json')), 'dist.esm');
  const assets = new Map<string, HttpAnswer>();
  addFolder(assets, '/', fileURLToPath(new URL('./dashboard/', import.meta.url)));
  addFolder(assets, '/vendor/msgpack/', msgpack);
  addFile(assets, '/vendor/uplot.js', require.resolve('uplot/dist/uPlot.esm.js'));
  addFile(assets, '/vendor/uplot.css', require.resolve('uplot/dist/uPlot.min.css'));
  const index = assets.get('/index.html');
  if (index === undefined) throw new Error('the dashboard has no index.html');
  assets.set('/', index);
  return assets;
}

function addFolder(assets: Map<string, HttpAnswer>, prefix: string, folder: string): void {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = join(entry.parentPath, entry.name);
    addFile(assets, prefix + relative(folder, file).split(sep).join('/'), file);
  }
}

function addFile(assets: Map<string, HttpAnswer>, path: string, file: string): void {
  const contentType = CONTENT_TYPES[extname(file)];
  if (contentType !== undefined) assets.set(path, text(200, contentType, readFileSync(file)));
}
