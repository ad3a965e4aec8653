import { expect, test } from 'vitest';
import { FactMemory } from '../../src/gateway/fact-memory.js';

const memory = (): FactMemory<readonly [string, number]> =>
  new FactMemory(
    ([name]) => name,
    ([name, size]) => (size === 0 ? null : [name, 0]),
  );

test('what a list leaves out has become zero, and is said once', () => {
  const facts = memory();
  expect(
    facts.listed(
      [
        ['a', 1],
        ['b', 2],
      ],
      facts.now,
    ),
  ).toEqual([
    ['a', 1],
    ['b', 2],
  ]);
  expect(facts.listed([['a', 3]], facts.now)).toEqual([
    ['a', 3],
    ['b', 0],
  ]);
  expect(facts.listed([['a', 3]], facts.now)).toEqual([['a', 3]]);
});

test('what the stream said since the question is newer than the answer', () => {
  const facts = memory();
  facts.told(['a', 1]);
  const askedAt = facts.now;
  facts.told(['a', 2]);
  facts.told(['c', 5]);
  expect(
    facts.listed(
      [
        ['a', 1],
        ['b', 7],
      ],
      askedAt,
    ),
  ).toEqual([['b', 7]]);
});
