import type { BoundedMemory } from './judge.js';

/** What is remembered on purpose, and how much of it at most. */
export const BOUNDED: readonly BoundedMemory[] = [
  { path: /\.known\.(orders|byVenueId)\b/, what: 'orders of the ledger, 16384' },
  { path: /\.known\.fills\b/, what: 'fills of the ledger by name, 131072' },
  { path: /\.known\.recent\b/, what: 'fills of the last 15 minutes' },
  { path: /\.books\.fills\b/, what: 'fills whose repetition the books notice, 131072' },
  { path: /\.books\.(positions|accounts)\b/, what: 'one line for each strategy, symbol and venue' },
  { path: /\.courier\.(byClientId|byVenueId)\b/, what: 'orders of the courier, 4096' },
  { path: /\bfeed\.(orders|claimed)\b/, what: 'orders counted by risk, 4096' },
  { path: /\.reconciler\.booked\b/, what: 'ids of the reconciler, 2000 here' },
  { path: /\.executor\.results\b/, what: 'newest results, 256' },
  { path: /\.activity\.newest\b/, what: 'newest executions, 50' },
  { path: /^gateways.*\.orders\.(byVenueId|byClientId|ended)\b/, what: 'ended orders of the gateways, 100 each here' },
  { path: /^gateways.*\.fillMemory\.told\b/, what: 'fills of the gateways, 100 each here' },
  { path: /\.positions\.told\b/, what: 'legs of each strategy, 8192' },
  { path: /^strategies.*\.record\.kept\b/, what: 'closed opportunities of three-tier, 1024' },
  { path: /^exchanges.*\.(byId|byClientId|allFills)\b/, what: 'orders that an exchange remembers, 100 here' },
  {
    path: /^exchanges.*\.tapes\{\}\.(last|minutes)\b/,
    what: 'public trades and minutes that an exchange remembers, 8 to 16 each here',
  },
  { path: /^exchanges\.market\.planted\b/, what: 'spreads that were planted, 10000; some bytes each', isSmall: true },
];
