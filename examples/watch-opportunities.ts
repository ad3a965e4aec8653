// Watches a running engine over its API: start `npm start`, then node build/examples/watch-opportunities.js
// An address other than http://127.0.0.1:8686 goes behind it; a number behind that ends it after so many looks.
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';

const Opportunities = z.object({
  opportunities: z.array(
    z.object({
      open: z.boolean(),
      symbol: z.string(),
      buyVenue: z.string(),
      buyPrice: z.string(),
      sellVenue: z.string(),
      sellPrice: z.string(),
      qty: z.string(),
      netBps: z.number(),
    }),
  ),
});

const [address = 'http://127.0.0.1:8686', looks = 'Infinity'] = process.argv.slice(2);

for (let look = 0; look < Number(looks); look++) {
  const answer = await fetch(`${address}/api/v1/opportunities`);
  if (answer.ok) {
    const open = Opportunities.parse(await answer.json()).opportunities.filter((opportunity) => opportunity.open);
    for (const { symbol, qty, buyVenue, buyPrice, sellVenue, sellPrice, netBps } of open) {
      console.log(
        `${symbol}: ${qty} from ${buyVenue} at ${buyPrice} to ${sellVenue} at ${sellPrice}, ${netBps.toFixed(1)} bps net`,
      );
    }
    if (open.length === 0) console.log('nothing open');
  }
  await pause(1000);
}
