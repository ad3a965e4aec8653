import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { ACCEPTANCE_CASES } from '../../src/acceptance/matrix.js';

it('numbers the cases, each once, and lists all of them in docs/acceptance.md', () => {
  const ids = ACCEPTANCE_CASES.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  for (const id of ids) expect(id).toMatch(/^[DX]-\d\d$/);
  const page = readFileSync(new URL('../../docs/acceptance.md', import.meta.url), 'utf8');
  const listed = [...page.matchAll(/^\| ([DX]-\d\d) \| ([^|]+) \|/gm)].map(([, id, title]) => `${id} ${title?.trim()}`);
  expect(listed).toEqual(ACCEPTANCE_CASES.map(({ id, title }) => `${id} ${title}`));
});
