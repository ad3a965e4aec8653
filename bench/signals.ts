import { DEFAULT_SIGNAL_RULES } from '../src/kernel/signal-plan.js';
import { binanceStream } from '../test/frames/binance.js';
import { compared, race, type Suite, sink } from './measure.js';
import { Stage } from './stage.js';

/** What the signals of every update cost a feed worker: the same frames decoded with and without them. */
export const signalSuite: Suite = {
  ids: ['signals.decode'],
  run: async (effort) => {
    const stream = binanceStream('spot', { seed: 41, frames: effort.quick ? 30 : 900, levels: 1000 });
    const stages = [new Stage(stream, DEFAULT_SIGNAL_RULES), new Stage(stream)];
    for (const stage of stages) stage.check();
    const [signals = 0, plain = 0] = await race(
      stages.map((stage, index) => ({
        name: index === 0 ? 'with signals' : 'without',
        before: () => stage.begin(),
        run: () => {
          sink.total += stage.pass();
        },
      })),
      effort,
    );
    const frames = stages[0]?.deltas.length ?? 1;
    return [compared('signals.decode', 'ns/frame', signals / frames, 'the same frames without signals', plain / frames)];
  },
};
