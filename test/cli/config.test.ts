// Goal: a configuration is taken whole or refused with one sentence that names the file and the key.
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/cli/config.js';
import { InvalidInputError } from '../../src/domain/errors.js';

const folder = mkdtempSync(join(tmpdir(), 'tiercel-config-'));
function file(text: string): string {
  const path = join(folder, 'tiercel.yaml');
  writeFileSync(path, text);
  return path;
}

function refusal(text: string): string {
  try {
    loadConfig(file(text));
  } catch (error) {
    expect(error).toBeInstanceOf(InvalidInputError);
    return (error as Error).message;
  }
  throw new Error('the configuration was taken');
}

describe('loadConfig', () => {
  it('has a default for everything', () => {
    const config = loadConfig(undefined);
    expect(config.operator).toEqual({ host: '127.0.0.1', port: 8686 });
    expect(config.venues.kraken.enabled).toBe(true);
    expect(config.simulation.symbols).toBe(300);
  });

  it('reads a file, and lets the command line have the last word', () => {
    const path = file('engine:\n  minNetBps: 35\noperator:\n  port: 9000\n');
    const config = loadConfig(path, { operator: { port: 0, host: undefined }, venues: undefined });
    expect(config.engine.minNetBps).toBe(35);
    expect(config.operator).toEqual({ host: '127.0.0.1', port: 0 });
  });

  it('refuses unknown keys, wrong types, wrong ranges and broken YAML, naming them', () => {
    expect(refusal('engin: {}\n')).toMatch(/tiercel\.yaml: unknown key engin/);
    expect(refusal('engine:\n  minNetBps: lots\n')).toMatch(/tiercel\.yaml: engine\.minNetBps: .*number/);
    expect(refusal('operator:\n  port: 70000\n')).toMatch(/operator\.port/);
    expect(refusal('venues:\n  okx: {}\n')).toMatch(/venues: unknown key okx/);
    expect(refusal('engine: [1, 2\n')).toMatch(/no valid YAML/);
    expect(refusal('just text\n')).toMatch(/tiercel\.yaml/);
    for (const message of [refusal('engin: {}\n'), refusal('engine: [1, 2\n')]) expect(message).not.toContain('\n');
  });

  it('refuses a file that is not there', () => {
    expect(() => loadConfig(join(folder, 'none.yaml'))).toThrow(/none\.yaml cannot be read/);
  });
});

describe('config/tiercel.yaml', () => {
  it('is a configuration that is taken', () => {
    const config = loadConfig(fileURLToPath(new URL('../../config/tiercel.yaml', import.meta.url)));
    expect(config.venues.gateio.futuresTakerFeeBps).toBe(5);
    expect(config.universe.quotes).toEqual(['USDT']);
  });
});
