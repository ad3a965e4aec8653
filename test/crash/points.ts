import { SeededRandom } from '../../src/domain/random.js';
import { VENUES } from '../../src/domain/venue.js';
import { DEPOSIT } from './deposit.js';
import type { EngineFault, Step } from './faults.js';
import type { StrategySet } from './world.js';

/** A life of an engine that ends badly, or sees something bad. */
export interface Life {
  readonly fault?: EngineFault;
  /** SIGKILL so long after the process was started, or after it was ready to trade. */
  readonly kill?: { readonly from: 'spawn' | 'ready'; readonly ms: number };
  /** What happens so long after the engine was ready: a person stops trading, or money comes from outside. */
  readonly does?: { readonly what: 'stop' | 'deposit'; readonly ms: number };
  /** SIGKILL of the venues so long after the engine was ready, for so long. */
  readonly killVenues?: { readonly ms: number; readonly pauseMs: number };
  /** Room that the ledger's files have left when the process starts. */
  readonly roomBytes?: number;
  /** The ledger's folder cannot be used. */
  readonly blockLedger?: true;
  /** `halts`: trading stops for want of a ledger. `lives`: it goes on trading. */
  readonly expect: 'dies' | 'halts' | 'lives' | 'refuses';
}

/** A crash, or several in a row; after them an engine has to find everything as it is. */
export interface CrashPoint {
  readonly number: number;
  readonly kind: Kind;
  /** What exactly, for a person. */
  readonly text: string;
  readonly strategies: StrategySet;
  /** It is about the very first start. */
  readonly needsNewWorld: boolean;
  /** After how long contracts pay funding there. */
  readonly fundingMs?: number;
  readonly lives: readonly Life[];
}

const ORDER_STEPS = ['intent', 'sending', 'acknowledged', 'changed', 'fill'] as const;

type Made = Pick<CrashPoint, 'text' | 'lives'> & Partial<Pick<CrashPoint, 'needsNewWorld' | 'fundingMs' | 'strategies'>>;

/** Longer than an engine takes to be ready and to have bought something. */
const FUNDING_MS = 25_000;

const MAKERS = {
  'journal step': (random, round) => {
    const steps = [...ORDER_STEPS, 'start', 'ready'] as const;
    const step = steps[Math.floor(round / 2) % steps.length] ?? 'fill';
    return killAt(whenOf(round), step, step === 'start' || step === 'ready' ? 1 : 1 + random.below(12));
  },
  'stop step': (random, round) => withAct(killAt(whenOf(round), 'risk', 1), { what: 'stop', ms: random.below(1_500) }),
  'parameter step': (random, round) => killAt(whenOf(round), 'parameter', 1 + random.below(2)),
  'checkpoint step': (random, round) => killAt(whenOf(round), 'checkpoint', 1 + random.below(4)),
  'late fee': (random, round) => killAt(whenOf(round), 'fee', 1 + random.below(4)),
  'drift step': (random, round) =>
    withAct(killAt(whenOf(round), 'reconciliation', 1), { what: 'deposit', ms: random.below(1_500) }),
  'funding step': (_, round) => ({
    ...killAt(whenOf(round), 'funding', 1),
    ...{ needsNewWorld: true, fundingMs: FUNDING_MS, strategies: 'funding' },
  }),
  'first start': (random, round) => ({
    ...killAt(whenOf(round), 'opening', 1 + random.below(100)),
    needsNewWorld: true,
  }),
  'under load': (random) => {
    const ms = random.below(2_500);
    return { text: `kill -9 ${ms} ms after ready`, lives: [{ kill: { from: 'ready', ms }, expect: 'dies' }] };
  },
  'start-up': (random) => {
    const [load, ms] = [500 + random.below(1_500), 600 + random.below(1_600)];
    const lives: Life[] = [
      { kill: { from: 'ready', ms: load }, expect: 'dies' },
      { kill: { from: 'spawn', ms }, expect: 'dies' },
    ];
    return { text: `kill -9 under load, and ${ms} ms into the next start`, lives };
  },
  'recovery step': (random) => {
    const nth = 2 + random.below(8);
    const first = killAt('after', random.below(2) === 0 ? 'sending' : 'acknowledged', 2 + random.below(8));
    const second: Life = {
      fault: { kind: 'kill', when: random.below(2) === 0 ? 'before' : 'after', step: 'any', nth },
      expect: 'dies',
    };
    return { text: `${first.text}, and at entry ${nth} of the next life`, lives: [...first.lives, second] };
  },
  'double kill': (random) => {
    const [first, second] = [random.below(800), random.below(300)];
    const lives: Life[] = [
      { kill: { from: 'ready', ms: first }, expect: 'dies' },
      { kill: { from: 'ready', ms: second }, expect: 'dies' },
    ];
    return { text: `kill -9 ${first} ms after ready, and again ${second} ms after the next`, lives };
  },
  venues: (random) => {
    const killVenues = { ms: 300 + random.below(1_500), pauseMs: 100 + random.below(1_500) };
    return { text: `kill -9 of the venues for ${killVenues.pauseMs} ms`, lives: [{ killVenues, expect: 'lives' }] };
  },
  'venues and engine': (random) => {
    const killVenues = { ms: 300 + random.below(1_500), pauseMs: random.below(600) };
    const kill = { from: 'ready', ms: killVenues.ms + random.below(200) } as const;
    return {
      text: `kill -9 of the venues, and of the engine ${kill.ms - killVenues.ms} ms later`,
      lives: [{ killVenues, kill, expect: 'dies' }],
    };
  },
  'feed worker': (random) => {
    const venue = VENUES[random.below(VENUES.length)] ?? 'binance';
    const fault = { kind: 'kill-feed', venue, step: ORDER_STEPS[random.below(5)] ?? 'fill', nth: 1 + random.below(6) } as const;
    return { text: `end of the ${venue} feed worker at ${fault.step} ${fault.nth}`, lives: [{ fault, expect: 'lives' }] };
  },
  'full disk': (random) => {
    const fault = { kind: 'full-disk', step: ORDER_STEPS[random.below(5)] ?? 'fill', nth: 1 + random.below(6) } as const;
    return { text: `the ledger cannot grow from ${fault.step} ${fault.nth} on`, lives: [{ fault, expect: 'halts' }] };
  },
  'file limit': (random) => {
    const roomBytes = 40_000 + random.below(60_000);
    return { text: `files may grow by ${roomBytes} bytes`, lives: [{ roomBytes, expect: 'halts' }] };
  },
  'read-only ledger': (random) => {
    const fault = { kind: 'read-only', step: ORDER_STEPS[random.below(5)] ?? 'fill', nth: 1 + random.below(6) } as const;
    return { text: `the ledger may not be written from ${fault.step} ${fault.nth} on`, lives: [{ fault, expect: 'halts' }] };
  },
  'unusable folder': () => ({
    text: 'the ledger cannot be opened at the start',
    lives: [{ blockLedger: true, expect: 'refuses' }],
  }),
  'clock jump': (random) => {
    const fault = { kind: 'clock-jump', hours: hours(random), step: 'fill', nth: 1 + random.below(6) } as const;
    const kill = { from: 'ready', ms: 1_500 + random.below(1_500) } as const;
    return { text: `the time jumps by ${fault.hours} h under load`, lives: [{ fault, kill, expect: 'dies' }] };
  },
  'wrong clock': (random) => {
    const fault = { kind: 'wrong-clock', hours: hours(random) } as const;
    return {
      text: `the time is wrong by ${fault.hours} h for a life`,
      lives: [{ fault, kill: { from: 'ready', ms: 500 + random.below(1_500) }, expect: 'dies' }],
    };
  },
} satisfies Record<string, (random: SeededRandom, round: number) => Made>;

/** Kinds of points. */
export type Kind = keyof typeof MAKERS;
export const KINDS = Object.keys(MAKERS) as readonly Kind[];

/** How often the kinds come in a round. */
const ROUND: readonly Kind[] = [
  ...Array<Kind>(14).fill('journal step'),
  ...Array<Kind>(5).fill('under load'),
  ...Array<Kind>(4).fill('recovery step'),
  ...Array<Kind>(3).fill('start-up'),
  ...Array<Kind>(2).fill('first start'),
  ...Array<Kind>(2).fill('double kill'),
  ...Array<Kind>(2).fill('venues'),
  ...Array<Kind>(2).fill('venues and engine'),
  ...Array<Kind>(2).fill('feed worker'),
  ...(['stop step', 'parameter step', 'checkpoint step', 'late fee', 'drift step', 'funding step'] as const),
  ...(['full disk', 'file limit', 'read-only ledger', 'unusable folder', 'clock jump', 'wrong clock'] as const),
];

/** The points of a seed; of all kinds, or in turn of those that are named. */
export function planPoints(count: number, seed: number, kinds: readonly Kind[] | undefined): CrashPoint[] {
  const rounds = new Map<Kind, number>();
  let queue: Kind[] = [];
  const order = new SeededRandom(seed).fork('order');
  return Array.from({ length: count }, (_, index) => {
    if (queue.length === 0) queue = kinds === undefined ? shuffled(ROUND, order) : [...kinds];
    const kind = queue.shift() ?? 'under load';
    const round = rounds.get(kind) ?? 0;
    rounds.set(kind, round + 1);
    const random = new SeededRandom(seed).fork(`point ${index + 1}`);
    const strategies = random.below(3) === 0 ? 'futures' : 'spot';
    const made: Made = MAKERS[kind](random, round);
    return { number: index + 1, kind, strategies, needsNewWorld: false, ...made };
  });
}

/** By turns. */
function whenOf(round: number): 'before' | 'after' {
  return round % 2 === 0 ? 'before' : 'after';
}

function withAct({ text, lives }: Made, does: NonNullable<Life['does']>): Made {
  const what = does.what === 'stop' ? 'a stop' : `${DEPOSIT.amount} ${DEPOSIT.asset} from outside`;
  return { text: `${what}, and ${text}`, lives: lives.map((life) => ({ ...life, does })) };
}

function killAt(when: 'before' | 'after', step: Step, nth: number): Made {
  return { text: `kill -9 ${when} ${step} ${nth}`, lives: [{ fault: { kind: 'kill', when, step, nth }, expect: 'dies' }] };
}

function hours(random: SeededRandom): number {
  return (1 + random.below(12)) * (random.below(2) === 0 ? 1 : -1);
}

function shuffled<T>(list: readonly T[], random: SeededRandom): T[] {
  return list
    .map((item) => ({ item, place: random.next() }))
    .sort((a, b) => a.place - b.place)
    .map(({ item }) => item);
}
