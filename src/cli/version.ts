import { readFileSync } from 'node:fs';
import { z } from 'zod';

/** Version of the package that this file belongs to, seen from build/src/cli and from src/cli alike. */
export function packageVersion(): string {
  for (const path of ['../../../package.json', '../../package.json']) {
    try {
      const found = z
        .object({ name: z.literal('tiercel'), version: z.string() })
        .safeParse(JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8')));
      if (found.success) return found.data.version;
    } catch {
      // Not here: one level further up or down.
    }
  }
  return 'unknown';
}
