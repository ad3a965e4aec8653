/** Names to indices by their bytes, as plainly as it can be done. */
export class TwinSymbolTable {
  private readonly indices = new Map<string, number>();

  constructor(names: readonly string[]) {
    for (const [index, name] of names.entries()) this.indices.set(bytesKey(Buffer.from(name, 'utf8')), index);
  }

  /** Index of a name given as its bytes, or -1. */
  find(name: Uint8Array): number {
    return this.indices.get(bytesKey(name)) ?? -1;
  }
}

function bytesKey(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1');
}
