// P25: documents that do not run, and a configuration that nobody can guess. Goal: what the documents name is there: commands and their
// options, scripts, files, places within documents, addresses of the API, metrics, configurations and their keys.
// Method: the documents and the sources are read as text; configurations are loaded.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/cli/config.js';
import { addHistoryCommands } from '../../src/cli/history/commands.js';
import { addResearchCommands } from '../../src/cli/research-commands.js';
import { RiskConfigSchema } from '../../src/risk/config.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (file: string): string => readFileSync(join(root, file), 'utf8');
const listed = (folder: string, ending: string): string[] =>
  readdirSync(join(root, folder))
    .filter((name) => name.endsWith(ending))
    .map((name) => `${folder}/${name}`);

const DOCUMENTS = ['README.md', ...listed('docs', '.md'), ...listed('docs/venues', '.md')];
const found = (text: string, pattern: RegExp): string[] => [...text.matchAll(pattern)].map((match) => match[1] ?? '');
/** Whatever is set in type: code spans, and the lines of blocks without their comments. */
const typed = (text: string): string[] => {
  const blocks = found(text, /^```[a-z]*\n([\s\S]*?)^```/gm).flatMap((block) => block.split('\n'));
  const spans = found(text.replace(/^```[\s\S]*?^```/gm, ''), /`([^`\n]+)`/g);
  return [...blocks, ...spans].map((line) => line.replace(/(^|\s)#\s.*$/, ''));
};
/** What the documents name and is not there, each with its document. */
function missing(namesIn: (text: string) => readonly string[], isThere: (name: string, document: string) => boolean): string[] {
  const named = DOCUMENTS.flatMap((document) => namesIn(read(document)).map((name) => ({ name, document })));
  expect(named.length).toBeGreaterThan(5);
  return named.filter(({ name, document }) => !isThere(name, document)).map(({ name, document }) => `${document}: ${name}`);
}

const silent = { write: () => undefined };

/** Options by command, subcommands under both words. */
function commandLine(): ReadonlyMap<string, ReadonlySet<string>> {
  const commands = new Map<string, Set<string>>();
  let parent = '';
  for (const part of read('src/cli/main.ts')
    .split(/(?=\.command\(')/)
    .slice(1)) {
    const name = /^\.command\('([a-z-]+)'\)/.exec(part)?.[1] ?? '';
    const isSub = commands.has(parent) && /^\.command\('(verify|serve)'\)/.test(part);
    const flags = found(part, /(--[a-z-]+)/g);
    commands.set(isSub ? `${parent} ${name}` : name, new Set([...flags, '--help', '--version']));
    if (!isSub) parent = name;
  }
  const added = new Command();
  addResearchCommands(added, { terminal: silent, configFrom: () => loadConfig(undefined) });
  addHistoryCommands(added, silent);
  const take = (command: Command, above: string): void => {
    const name = `${above}${command.name()}`;
    commands.set(name, new Set([...command.options.map(({ long }) => long ?? ''), '--help']));
    for (const sub of command.commands) take(sub, `${name} `);
  };
  for (const command of added.commands) take(command, '');
  return commands;
}

/** GitHub's name of a place within a document. */
const anchorsOf = (text: string): string[] =>
  found(text, /^#+ (.*)$/gm).map((title) =>
    title
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replace(/\s/g, '-'),
  );

describe('P25: what the documents name is there', () => {
  it('commands, and the options they are shown with', () => {
    const commands = commandLine();
    expect([...commands.keys()]).toEqual(expect.arrayContaining(['run', 'ledger verify', 'capture serve', 'stop']));
    const calls = (text: string): string[] =>
      typed(text).flatMap((line) => found(line, /(?:^|\s)(?:tiercel|node build\/src\/cli\/main\.js) ([a-z][^|&;]*)/g));
    const isKnown = (call: string): boolean => {
      const [first = '', second = ''] = call.split(/\s+/);
      const options = commands.get(`${first} ${second}`) ?? commands.get(first);
      return options !== undefined && found(call, /(?:^|\s)(--[a-z-]+)/g).every((flag) => options.has(flag));
    };
    expect(missing(calls, isKnown)).toEqual([]);
  });

  it('scripts of the package', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Readonly<Record<string, string>> };
    expect(
      missing(
        (text) => found(text, /npm run ([a-z:]+)/g),
        (name) => name in scripts,
      ),
    ).toEqual([]);
  });

  it('files and folders, and places within documents', () => {
    const links = (text: string): string[] => found(text, /\]\(([^)\s]+)\)/g).filter((link) => !/^[a-z]+:/.test(link));
    const isThere = (link: string, document: string): boolean => {
      const [file = '', place] = link.split('#');
      const path = file === '' ? document : join(dirname(document), file);
      return existsSync(join(root, path)) && (place === undefined || anchorsOf(read(path)).includes(place));
    };
    expect(missing(links, isThere)).toEqual([]);
    const paths = (text: string): string[] =>
      typed(text).flatMap((line) => found(line, /^((?:src|test|docs|assembly|bench|examples|config)\/[\w./-]*\w\/?)$/g));
    expect(missing(paths, (path) => existsSync(join(root, path)))).toEqual([]);
    const regressions = found(read('docs/acceptance.md'), /`(p\d\d-[a-z0-9-]+)`/g);
    const files = listed('test/regression', '.test.ts').map((file) => file.replace(/^.*\/(.*)\.test\.ts$/, '$1'));
    expect(regressions.sort()).toEqual(files.sort());
  });

  it('addresses of the API, and metrics', () => {
    const ops = [...listed('src/ops', '.ts')].map(read).join('\n');
    const addresses = (text: string): string[] => found(text, /`(?:GET |POST )?(\/(?:api\/v1\/)?[a-z]{5,})/g);
    // Pages of venues name those of the venues.
    expect(missing(addresses, (address, document) => document.startsWith('docs/venues') || ops.includes(address))).toEqual([]);
    const metrics = (text: string): string[] => found(text, /\btiercel_([a-z_]+)/g);
    const isMetric = (name: string): boolean =>
      [name, name.replace(/^(trading|strategy)_/, '')].some((one) => ops.includes(`'${one.replace(/_total$/, '')}'`)) ||
      ops.includes(`'tiercel_${name}'`);
    expect(missing(metrics, isMetric)).toEqual([]);
  });

  it('configurations, and their keys', () => {
    const folder = mkdtempSync(join(tmpdir(), 'tiercel-documents-'));
    const file = join(folder, 'config.yaml');
    const blocks = DOCUMENTS.flatMap((document) => found(read(document), /^```yaml\n([\s\S]*?)^```/gm)).filter(
      (
        block, // Keys, and what goes wrong in simulated venues, have files of their own.
      ) => !/apiKey:|^faults:/m.test(block),
    );
    expect(blocks.length).toBeGreaterThan(2);
    for (const block of blocks) {
      writeFileSync(file, block);
      expect(() => loadConfig(file)).not.toThrow();
    }
    rmSync(folder, { recursive: true });
    const config: Readonly<Record<string, unknown>> = { ...loadConfig(undefined), risk: RiskConfigSchema.parse({}) };
    const keys = (text: string): string[] =>
      typed(text).filter((span) => /^[a-z]+(\.[a-zA-Z]+)+(?<!\.ts)$/.test(span) && (span.split('.')[0] ?? '') in config);
    const isKey = (key: string): boolean => {
      let at: unknown = config;
      for (const part of key.split('.')) {
        if (typeof at !== 'object' || at === null || !(part in at)) return false;
        at = Reflect.get(at, part);
      }
      return true;
    };
    expect(missing(keys, isKey)).toEqual([]);
  });
});
