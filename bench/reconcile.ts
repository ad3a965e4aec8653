import { Decimal } from '../src/domain/decimal.js';
import { VirtualTime } from '../src/domain/virtual-time.js';
import { PositionReconciler } from '../src/execution/reconciler.js';
import { compared, race, type Suite, sink } from './measure.js';

const ASSETS = 1_000;
/** Every so many assets one differs: a check also tells what it found. */
const DIFFERS_EACH = 100;

/** One check of a thousand assets, beside the same comparison made from the texts that fills and venues tell, each time anew. */
export const reconcileSuite: Suite = {
  ids: ['reconcile'],
  run: async (effort) => {
    const account = { venue: 'binance', market: 'spot' } as const;
    const balances = Array.from({ length: ASSETS }, (_, index) => ({ asset: `A${index}`, total: `${index + 1}.12345678` }));
    const told = balances.map(({ asset, total }, index) => ({
      venue: account.venue,
      asset,
      total: index % DIFFERS_EACH === 0 ? `${total}1` : total,
      available: null,
    }));
    const reconciler = new PositionReconciler({
      clock: new VirtualTime(),
      accounts: [account],
      instruments: [],
      prices: () => null,
      settings: { toleranceDefault: '0' },
    });
    reconciler.begin({ ...account, balances, positions: [] });
    reconciler.takeLists(account, { balances: told, positions: null }, reconciler.wordsOf(account));
    const found = reconciler.check().imbalances.length;
    if (found !== ASSETS / DIFFERS_EACH) throw new Error(`${found} differences were found`);
    const [check = 0, texts = 0] = await race(
      [
        {
          name: 'reconciler',
          run: () => {
            sink.total += reconciler.check().imbalances.length;
          },
        },
        {
          name: 'texts',
          run: () => {
            for (let index = 0; index < ASSETS; index++) {
              const difference = new Decimal(told[index]?.total ?? '0').minus(balances[index]?.total ?? '0');
              if (!difference.isZero()) sink.total++;
            }
          },
        },
      ],
      effort,
      'p50',
    );
    return [compared('reconcile', 'ms/1000 assets', check / 1e6, 'all texts parsed and subtracted at each check', texts / 1e6)];
  },
};
