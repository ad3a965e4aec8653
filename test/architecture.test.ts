// Goal: the plan of the house holds by itself. Imports point one way, files form no circles, nothing below the command line reads
// the machine's clock, rolls its own dice or starts its own timers, and only src/kernel knows addresses of the shared memory.
// Method: the sources are read as text; an import is what the compiler would see as one.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Folders of src by layer: a file may import from its own folder and from folders of earlier layers. */
const LAYERS = [
  ['domain'],
  ['kernel', 'transport'],
  ['venues', 'market', 'ledger', 'history'],
  ['feeds', 'gateway', 'strategy', 'risk'],
  ['execution'],
  ['engine'],
  ['trading'],
  ['sim'],
  ['research', 'bus', 'ops', 'acceptance'],
  ['cli'],
];

/** Within a layer these arrows are allowed as well. */
const SIDEWAYS = new Set(['market>venues', 'risk>strategy']);

/** Files that are the machine's clock and timers, or run in a browser. */
const AMBIENT_ALLOWED = [/^src\/domain\/system-clock\.ts$/, /^src\/ops\/dashboard\//, /^src\/cli\//];

const AMBIENT = [
  /\bDate\.now\s*\(/,
  /\bnew Date\s*\(\s*\)/,
  /\bMath\.random\s*\(/,
  /\brandomUUID\s*\(/,
  /\bsetTimeout\s*\(/,
  /\bsetInterval\s*\(/,
  /\bperformance\.now\s*\(/,
  /\bprocess\.hrtime\b/,
];

function sources(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && !entry.name.endsWith('.d.ts'))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)));
}

const withoutComments = (text: string): string => text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');

/** Paths, relative to the root, of the project's own files that `file` imports. */
function importsOf(file: string): string[] {
  const text = withoutComments(readFileSync(join(root, file), 'utf8'));
  const specifiers = [...text.matchAll(/(?:from|import)\s*\(?\s*'(\.[^']+)'/g)].map((match) => match[1] ?? '');
  return specifiers.map((specifier) =>
    relative(root, join(root, dirname(file), specifier))
      .replace(/\.js$/, '.ts')
      .replace(/^(assembly\/.*?)(\.ts)?$/, '$1.ts'),
  );
}

const layerOf = (folder: string): number => LAYERS.findIndex((layer) => layer.includes(folder));
const folderOf = (file: string): string => file.split('/')[1] ?? '';

function circle(files: readonly string[]): string[] | undefined {
  const done = new Set<string>();
  const path: string[] = [];
  const known = new Set(files);
  const visit = (file: string): string[] | undefined => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
    if (done.has(file) || !known.has(file)) return undefined;
    path.push(file);
    for (const next of importsOf(file)) {
      const found = visit(next);
      if (found !== undefined) return found;
    }
    path.pop();
    done.add(file);
    return undefined;
  };
  for (const file of files) {
    const found = visit(file);
    if (found !== undefined) return found;
  }
  return undefined;
}

describe('the plan of the house', () => {
  const files = sources('src');

  it('knows every folder of src', () => {
    const folders = new Set(files.map(folderOf));
    expect([...folders].filter((folder) => layerOf(folder) < 0)).toEqual([]);
  });

  it('has imports that point one way only', () => {
    const wrong: string[] = [];
    for (const file of files) {
      for (const target of importsOf(file)) {
        if (target.startsWith('assembly/')) continue;
        const [from, to] = [folderOf(file), folderOf(target)];
        if (!target.startsWith('src/')) wrong.push(`${file} imports ${target}`);
        else if (from !== to && layerOf(to) >= layerOf(from) && !SIDEWAYS.has(`${from}>${to}`))
          wrong.push(`${file} imports ${target}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it('takes only the layout from the kernel sources', () => {
    const wrong = files.flatMap((file) =>
      importsOf(file)
        .filter(
          (target) => target.startsWith('assembly/') && !/^assembly\/memory\/(l3-|scan-|signal-|sweep-)?layout\.ts$/.test(target),
        )
        .map((target) => `${file} imports ${target}`),
    );
    expect(wrong).toEqual([]);
  });

  it('keeps no static data in the kernel, which a new instance would write over under running threads', () => {
    const wrong = sources('assembly').filter((file) =>
      /\bmemory\.data\s*\(/.test(withoutComments(readFileSync(join(root, file), 'utf8'))),
    );
    expect(wrong).toEqual([]);
  });

  it('has no circles of files', () => {
    expect(circle(files)).toBeUndefined();
    expect(circle(sources('assembly').filter((file) => !file.endsWith('.d.ts')))).toBeUndefined();
  });

  it('reads no clock, no dice and no timers of its own', () => {
    const wrong = files
      .filter((file) => !AMBIENT_ALLOWED.some((allowed) => allowed.test(file)))
      .filter((file) => AMBIENT.some((pattern) => pattern.test(withoutComments(readFileSync(join(root, file), 'utf8')))));
    expect(wrong).toEqual([]);
  });

  it('would notice a circle, an upward import and a clock', () => {
    expect(layerOf('domain')).toBeLessThan(layerOf('engine'));
    expect(AMBIENT.some((pattern) => pattern.test('const now = Date.now();'))).toBe(true);
    expect(importsOf('src/engine/engine.ts')).toContain('src/kernel/scan.ts');
  });
});
