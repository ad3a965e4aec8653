import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';
import { HALT_TRIGGERS, type HaltRecord, type HaltStore } from '../risk/halt.js';

const HaltSchema: z.ZodType<HaltRecord> = z.strictObject({
  level: z.enum(['opening', 'everything']),
  reasons: z
    .array(z.strictObject({ trigger: z.enum(HALT_TRIGGERS), text: z.string(), epochUs: z.number().nonnegative() }))
    .min(1),
});
const FileSchema = z.strictObject({ format: z.literal(1), halt: HaltSchema.nullable() });

/**
 * Keeps a stop in a JSON file, which is replaced as a whole: whatever interrupts a write, the file holds the stop before it or the
 * one after it. No file means that nothing was ever stopped; one that cannot be read, or is not what was written, is an error, and
 * the latch takes that for a stop.
 */
export class HaltFile implements HaltStore {
  constructor(private readonly file: string) {}

  load(): HaltRecord | null {
    const text = this.read();
    if (text === null) return null;
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch (cause) {
      throw new Error(`the record of stops ${this.file} is no JSON`, { cause });
    }
    const parsed = FileSchema.safeParse(value);
    if (parsed.success) return parsed.data.halt;
    const issue = parsed.error.issues[0];
    throw new Error(`the record of stops ${this.file} is damaged: ${issue?.path.join('.')} ${issue?.message}`);
  }

  save(record: HaltRecord | null): void {
    const folder = dirname(this.file);
    mkdirSync(folder, { recursive: true });
    const next = `${this.file}.next`;
    inFile(next, 'w', (descriptor) => {
      writeFileSync(descriptor, `${JSON.stringify({ format: 1, halt: record })}\n`);
      fsyncSync(descriptor);
    });
    renameSync(next, this.file);
    // The new name is on the disk only once its folder is.
    inFile(folder, 'r', fsyncSync);
  }

  private read(): string | null {
    try {
      return readFileSync(this.file, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw error;
    }
  }
}

function inFile(path: string, flags: 'r' | 'w', action: (descriptor: number) => void): void {
  const descriptor = openSync(path, flags);
  try {
    action(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
