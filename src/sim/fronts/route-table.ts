/** What a pattern was found to hold for a path. */
export interface RouteMatch<T> {
  readonly value: T;
  /** The decoded parts that the pattern's `:names` stand for, in order. */
  readonly parameters: readonly string[];
}

interface Node<T> {
  readonly exact: Map<string, Node<T>>;
  named: Node<T> | null;
  /** Value of a pattern that ends with `*` here. */
  rest: T | undefined;
  value: T | undefined;
}

function node<T>(): Node<T> {
  return { exact: new Map(), named: null, rest: undefined, value: undefined };
}

/** Finds what is registered for a path. Exact parts win over `:names`, and those over a final `*`. */
export class RouteTable<T> {
  private readonly root = node<T>();

  /** @param pattern such as `/products/:id/book` or `/ws/*` */
  add(pattern: string, value: T): void {
    let at = this.root;
    for (const part of pattern.slice(1).split('/')) {
      if (part === '*') {
        at.rest = value;
        return;
      }
      if (part.startsWith(':')) at = at.named ??= node<T>();
      else {
        const next = at.exact.get(part) ?? node<T>();
        at.exact.set(part, next);
        at = next;
      }
    }
    at.value = value;
  }

  /** @throws URIError when a part that a name stands for is no valid percent-encoding */
  find(path: string): RouteMatch<T> | null {
    const found = this.walk(this.root, path.slice(1).split('/'), 0, []);
    return found === null ? null : { value: found.value, parameters: found.parameters.map(decodeURIComponent) };
  }

  private walk(at: Node<T>, parts: readonly string[], index: number, parameters: readonly string[]): RouteMatch<T> | null {
    const part = parts[index];
    if (part === undefined) return at.value === undefined ? null : { value: at.value, parameters };
    const exact = at.exact.get(part);
    const found =
      (exact && this.walk(exact, parts, index + 1, parameters)) ??
      (at.named === null || part === '' ? null : this.walk(at.named, parts, index + 1, [...parameters, part]));
    if (found !== null) return found;
    return at.rest === undefined ? null : { value: at.rest, parameters };
  }
}
