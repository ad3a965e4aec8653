import { REGION_BASE } from '../../assembly/memory/layout.js';
import { KernelError } from '../domain/errors.js';

/** Float64 values in the memory of a statistics kernel; they live until the scope that took them ends. */
export interface Series {
  /** Byte address for the kernel. */
  readonly address: number;
  /** The values themselves, to be read and written in place. */
  readonly values: Float64Array;
}

const PAGE_BYTES = 65536;
const FIRST_PAGES = 64;

/** The series of a statistics kernel, one behind the other: taken in turn, given back all at once. Grows as it is needed. */
export class StatisticsArena {
  private next = REGION_BASE;
  private bytes: number;

  private constructor(
    readonly memory: WebAssembly.Memory,
    private readonly bytesMax: number,
  ) {
    this.bytes = memory.buffer.byteLength;
  }

  /** @param bytesMax what the memory may grow to, at most 4 GiB; address space is set aside for it, memory is not */
  static create(bytesMax: number): StatisticsArena {
    const pagesMax = Math.min(65536, Math.max(FIRST_PAGES, Math.ceil(bytesMax / PAGE_BYTES)));
    const memory = new WebAssembly.Memory({ initial: FIRST_PAGES, maximum: pagesMax, shared: true });
    return new StatisticsArena(memory, pagesMax * PAGE_BYTES);
  }

  /** Forgets every series. */
  reset(): void {
    this.next = REGION_BASE;
  }

  /** Runs `work` and gives back the series that it took. Those that lived before stay. */
  scope<T>(work: () => T): T {
    const before = this.next;
    try {
      return work();
    } finally {
      this.next = before;
    }
  }

  /**
   * Room for `length` values; what they are is not defined.
   * @throws KernelError when the memory may not grow so far
   */
  take(length: number): Series {
    const address = this.next;
    const end = address + Math.ceil(length / 2) * 16;
    if (end > this.bytes) this.grow(end);
    this.next = end;
    return { address, values: new Float64Array(this.memory.buffer, address, length) };
  }

  private grow(end: number): void {
    if (end > this.bytesMax) {
      throw new KernelError(`${end} bytes of series are more than the ${this.bytesMax} of this kernel`, {
        bytesMax: this.bytesMax,
      });
    }
    const bytes = Math.min(this.bytesMax, Math.max(this.bytes * 2, Math.ceil(end / PAGE_BYTES) * PAGE_BYTES));
    this.memory.grow((bytes - this.bytes) / PAGE_BYTES);
    this.bytes = bytes;
  }
}

/** Part of a series, from index `from` to before `to`; the same memory. */
export function part(series: Series, from: number, to: number = series.values.length): Series {
  return { address: series.address + from * 8, values: series.values.subarray(from, to) };
}
