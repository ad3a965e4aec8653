import type { SeededRandom } from '../../src/domain/random.js';
import { pick } from './frame-stream.js';

/** One way to damage a frame, or to write it differently. */
export type Mutation = (frame: Buffer, random: SeededRandom) => Buffer;

/** A string or a number of a JSON text, in the order of appearance. */
const TOKEN = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?/g;
const NUMBER = /\d+(?:\.\d+)?/g;

const ODD_NUMBERS = [
  '0',
  '-0',
  '-1',
  '1e3',
  '1E-8',
  '6E4',
  '0.000000000000000000001',
  '9007199254740992',
  '9007199254740993',
  '90071992547409920',
  '99999999999999999999999999',
  '1e400',
  '1e-400',
  '00012',
  '1.',
  '.5',
  '+1',
  '0x10',
  'NaN',
  'Infinity',
  '',
  ' 1',
  '1 ',
  '1,5',
  '0.-10000',
  '1.50000000000000000000',
  '12.345678901234567890',
  'null',
  '[]',
  '"1"',
] as const;

/** Mutations by name. Those under `harmless` keep the meaning: kernel and referee should both go on. */
export const MUTATIONS: Readonly<Record<string, Mutation>> = {
  flipBits(frame, random) {
    const bytes = Buffer.from(frame);
    const flips = 1 + random.below(4);
    for (let i = 0; i < flips && bytes.length > 0; i++) {
      const at = random.below(bytes.length);
      bytes[at] = (bytes[at] ?? 0) ^ (1 << random.below(8));
    }
    return bytes;
  },
  setByte(frame, random) {
    const bytes = Buffer.from(frame);
    if (bytes.length > 0)
      bytes[random.below(bytes.length)] =
        random.next() < 0.5
          ? random.below(256)
          : pick(
              random,
              [...'{}[]",:0.eE- \\'].map((c) => c.charCodeAt(0)),
            );
    return bytes;
  },
  truncate(frame, random) {
    return frame.subarray(0, random.below(frame.length + 1));
  },
  deleteSlice(frame, random) {
    const [from, to] = range(frame.length, random);
    return Buffer.concat([frame.subarray(0, from), frame.subarray(to)]);
  },
  repeatSlice(frame, random) {
    const [from, to] = range(frame.length, random);
    return Buffer.concat([frame.subarray(0, to), frame.subarray(from)]);
  },
  moveSlice(frame, random) {
    const [from, to] = range(frame.length, random);
    const rest = Buffer.concat([frame.subarray(0, from), frame.subarray(to)]);
    const at = random.below(rest.length + 1);
    return Buffer.concat([rest.subarray(0, at), frame.subarray(from, to), rest.subarray(at)]);
  },
  insertNoise(frame, random) {
    const at = random.below(frame.length + 1);
    const noise = Buffer.from(Array.from({ length: 1 + random.below(8) }, () => random.below(256)));
    return Buffer.concat([frame.subarray(0, at), noise, frame.subarray(at)]);
  },
  append(frame, random) {
    return Buffer.concat([
      frame,
      pick(random, [Buffer.from('}'), Buffer.from(' x'), Buffer.from([0]), Buffer.from('{}'), frame]),
    ]);
  },
  editNumber(frame, random) {
    return editToken(frame, random, NUMBER, (number) => changedDigits(number, random));
  },
  oddNumber(frame, random) {
    return editToken(frame, random, NUMBER, () => pick(random, ODD_NUMBERS));
  },
  oddToken(frame, random) {
    const values = ['null', 'true', 'false', '{}', '[]', '""', '-1', '"x"', '[[]]', '{"a":1}'] as const;
    return editToken(frame, random, TOKEN, () => pick(random, values));
  },
  longText(frame, random) {
    const text = `"${pick(random, ['a', '\\u0041', '\\\\', '{', 'é'] as const).repeat(1 + random.below(5000))}"`;
    return editToken(frame, random, TOKEN, () => text);
  },
  badUtf8(frame, random) {
    const bytes = pick(random, [[0xff], [0xc0, 0xaf], [0xed, 0xa0, 0x80], [0xf8, 0x88], [0x80]]);
    const at = random.below(frame.length + 1);
    return Buffer.concat([frame.subarray(0, at), Buffer.from(bytes), frame.subarray(at)]);
  },
  deepNesting(frame, random) {
    const depth = pick(random, [10, 63, 64, 65, 500, 20_000]);
    const nest = random.next() < 0.5 ? '['.repeat(depth) + ']'.repeat(depth) : `${'{"a":'.repeat(depth)}0${'}'.repeat(depth)}`;
    return random.next() < 0.5 ? editToken(frame, random, TOKEN, () => nest) : withMember(frame, `"zz":${nest}`);
  },
  repeatMember(frame, random) {
    const members = [...frame.toString('latin1').matchAll(/"[A-Za-z_]+":(?:"[^"]*"|-?[\d.]+)/g)];
    return members.length === 0 ? frame : withMember(frame, pick(random, members)[0]);
  },
  dropMember(frame, random) {
    const json = parsed(frame);
    if (json === undefined) return frame;
    const objects = objectsOf(json);
    const object = pick(random, objects.length === 0 ? [{}] : objects);
    const keys = Object.keys(object);
    if (keys.length > 0) delete object[pick(random, keys)];
    return Buffer.from(written(json, random, false), 'latin1');
  },
};

/** Ways to write the same frame that leave its meaning alone. JSON only; other frames come back as they are. */
export const HARMLESS: Readonly<Record<string, Mutation>> = {
  shuffleMembers: (frame, random) => rewritten(frame, random, true, false),
  addSpace: (frame, random) => rewritten(frame, random, false, true),
  shuffleAndSpace: (frame, random) => rewritten(frame, random, true, true),
  addMembers(frame, random) {
    const extra = pick(random, [
      '"zz":null',
      '"zz":{"b":[[1,2]],"u":7}',
      '"zz":"a\\"b\\\\"',
      '"zz":[]',
      '"zz":-1.5e+3',
      '"zz":true',
    ] as const);
    return parsed(frame) === undefined ? frame : withMember(frame, extra);
  },
};

/** Damages a frame in one way, sometimes in two. */
export function corrupt(frame: Buffer, random: SeededRandom): Buffer {
  const mutations = Object.values(MUTATIONS);
  const once = pick(random, mutations)(frame, random);
  return random.next() < 0.2 ? pick(random, mutations)(once, random) : once;
}

/** Writes a frame differently without changing its meaning. */
export function rewrite(frame: Buffer, random: SeededRandom): Buffer {
  return pick(random, Object.values(HARMLESS))(frame, random);
}

function range(length: number, random: SeededRandom): [from: number, to: number] {
  const from = random.below(length + 1);
  return [from, Math.min(length, from + random.below(64))];
}

/** Replaces one match of a pattern, anywhere in the frame. */
function editToken(frame: Buffer, random: SeededRandom, pattern: RegExp, edit: (token: string) => string): Buffer {
  const text = frame.toString('latin1');
  const matches = [...text.matchAll(pattern)];
  if (matches.length === 0) return frame;
  const match = pick(random, matches);
  return Buffer.from(text.slice(0, match.index) + edit(match[0]) + text.slice(match.index + match[0].length), 'latin1');
}

function changedDigits(number: string, random: SeededRandom): string {
  const at = random.below(number.length);
  const dice = random.next();
  if (dice < 0.6) return `${number.slice(0, at)}${random.below(10)}${number.slice(at + 1)}`;
  return dice < 0.8
    ? `${number.slice(0, at)}${number.slice(at + 1)}`
    : `${number.slice(0, at)}${random.below(10)}${number.slice(at)}`;
}

/** Puts one more member in front of an object's others. */
function withMember(frame: Buffer, member: string): Buffer {
  const text = frame.toString('latin1');
  const brace = text.indexOf('{');
  if (brace < 0) return frame;
  const isEmpty = text[brace + 1] === '}';
  return Buffer.from(`${text.slice(0, brace + 1)}${member}${isEmpty ? '' : ','}${text.slice(brace + 1)}`, 'latin1');
}

type Tagged = string | boolean | null | Tagged[] | { [key: string]: Tagged };

/** The frame as JSON whose numbers are kept as they were written, behind an "n"; texts stand behind an "s". */
function parsed(frame: Buffer): Tagged | undefined {
  const text = frame.toString('latin1');
  try {
    JSON.parse(text);
    return JSON.parse(text.replace(TOKEN, (token) => (token[0] === '"' ? `"s${token.slice(1)}` : `"n${token}"`))) as Tagged;
  } catch {
    return undefined;
  }
}

function objectsOf(value: Tagged): { [key: string]: Tagged }[] {
  if (Array.isArray(value)) return value.flatMap(objectsOf);
  if (typeof value !== 'object' || value === null) return [];
  return [value, ...Object.values(value).flatMap(objectsOf)];
}

function rewritten(frame: Buffer, random: SeededRandom, shuffles: boolean, spaces: boolean): Buffer {
  const json = parsed(frame);
  return json === undefined ? frame : Buffer.from(written(json, random, spaces, shuffles), 'latin1');
}

function written(value: Tagged, random: SeededRandom, spaces: boolean, shuffles = false): string {
  const space = (): string =>
    spaces && random.next() < 0.3 ? pick(random, [' ', '\n', '\t', '\r\n', '  ', ' '.repeat(40)] as const) : '';
  const write = (node: Tagged): string => {
    if (typeof node === 'string') return `${space()}${node[0] === 'n' ? node.slice(1) : JSON.stringify(node.slice(1))}${space()}`;
    if (Array.isArray(node)) return `${space()}[${node.length === 0 ? space() : node.map(write).join(',')}]${space()}`;
    if (typeof node !== 'object' || node === null) return `${space()}${String(node)}${space()}`;
    const entries = Object.entries(node);
    if (shuffles) shuffle(entries, random);
    const members = entries.map(([key, member]) => `${space()}${JSON.stringify(key.slice(1))}${space()}:${write(member)}`);
    return `${space()}{${members.length === 0 ? space() : members.join(',')}}${space()}`;
  };
  return write(value);
}

/** Fisher and Yates, in place. */
function shuffle<T>(items: T[], random: SeededRandom): void {
  for (let i = items.length - 1; i > 0; i--) {
    const other = random.below(i + 1);
    const [a, b] = [items[i], items[other]];
    if (a !== undefined && b !== undefined) [items[i], items[other]] = [b, a];
  }
}
