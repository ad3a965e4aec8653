/** How many entries collections have, by the path of fields that leads to them; members of a collection share one path. */
export type Census = ReadonlyMap<string, number>;

/** Objects that are looked at, so that a walk ends even where something has run wild. */
const OBJECTS_MAX = 3_000_000;

/**
 * Counts what every map, set and list holds that can be reached from some objects, each of which is counted once, at the path that is
 * shortest. Private fields are ordinary ones once compiled, so that nothing but what closures hold is missed.
 */
export function census(roots: Readonly<Record<string, object>>): Census {
  const counts = new Map<string, number>();
  const seen = new Set<object>(Object.values(roots));
  let level: (readonly [path: string, value: object])[] = Object.entries(roots);
  while (level.length > 0) {
    const next: (readonly [path: string, value: object])[] = [];
    const visit = (path: string, value: unknown): void => {
      if (typeof value !== 'object' || value === null || seen.has(value) || ArrayBuffer.isView(value)) return;
      if (seen.size >= OBJECTS_MAX) throw new RangeError(`more than ${OBJECTS_MAX} objects, at ${path}`);
      seen.add(value);
      next.push([path, value]);
    };
    for (const [path, value] of level) {
      const size = sizeOf(value);
      if (size !== undefined) counts.set(path, (counts.get(path) ?? 0) + size);
      for (const [name, member] of membersOf(value)) visit(`${path}${name}`, member);
    }
    level = next;
  }
  return counts;
}

function sizeOf(value: object): number | undefined {
  if (Array.isArray(value)) return value.length;
  return value instanceof Map || value instanceof Set ? value.size : undefined;
}

function* membersOf(value: object): Iterable<readonly [string, unknown]> {
  if (Array.isArray(value) || value instanceof Set) {
    for (const member of value) yield ['[]', member];
  } else if (value instanceof Map) {
    for (const [key, member] of value) {
      yield ['{}', member];
      yield ['{key}', key];
    }
  } else {
    for (const [name, { value: member }] of Object.entries(Object.getOwnPropertyDescriptors(value))) yield [`.${name}`, member];
  }
}
