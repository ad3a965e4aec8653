import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const Opened = z.object({ kind: z.literal('opened'), order: z.number(), book: z.string(), clientOrderId: z.string().nullable() });

/** An order that a simulated venue took, ended or not. */
export interface TakenOrder {
  readonly venue: string;
  readonly market: string;
  readonly order: number;
  readonly clientOrderId: string | null;
}

/** All orders that the venues ever took, from the files in which they keep their accounts. */
export function takenOrders(folder: string): TakenOrder[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.accounts'))
    .flatMap((name) => {
      const venue = name.slice(0, -'.accounts'.length);
      const [, ...lines] = readFileSync(join(folder, name), 'utf8').split('\n');
      return lines.slice(0, -1).flatMap((line) =>
        (line.includes('"opened"') ? (JSON.parse(line) as unknown[]) : []).flatMap((row): TakenOrder[] => {
          const opened = Opened.safeParse(row);
          if (!opened.success) return [];
          const { order, book, clientOrderId } = opened.data;
          return [{ venue, market: book.slice(0, book.indexOf(':')), order, clientOrderId }];
        }),
      );
    });
}
