/** What one opportunity costs and earns a step; whole units, so that feasibility is exact. */
export interface AllocationItem {
  /** Expected profit of one step. */
  readonly profit: number;
  /** Margin of one step at each venue, in whole units. */
  readonly margins: readonly number[];
  /** Most steps. */
  readonly steps: number;
}

/** Sizes of one item that are tried: its steps in so many equal parts, all of them when they are no more. */
const PARTS = 16;
/** Combinations after which the best one found is taken. */
const NODES_MAX = 200_000;

/**
 * Steps for each item so that the expected profit is greatest and no venue's margin is passed. Three plans are made: equal shares of
 * every venue, the most profit for the margin first, and a search of combinations (branch and bound, cut off where even all remaining
 * capital in one pot could not beat the best plan). The best is taken and filled up with what still fits. The search is complete, and
 * so the result the best there is, when no item has more than 16 steps and it ends within 200,000 combinations.
 */
export function allocate(items: readonly AllocationItem[], capital: readonly number[]): number[] {
  const order = items.map((_, index) => index).filter((index) => (items[index]?.profit ?? 0) > 0);
  order.sort((left, right) => density(items[right]) - density(items[left]) || left - right);
  const sorted = order.map((index) => items[index] as AllocationItem);
  const shares = equalShares(sorted, capital);
  const first = fill(sorted, capital, shares);
  const second = fill(
    sorted,
    capital,
    sorted.map(() => 0),
  );
  const start = profitOf(sorted, first) >= profitOf(sorted, second) ? first : second;
  const found = fill(sorted, capital, new Search(sorted, capital, start).run());
  const steps = items.map(() => 0);
  order.forEach((index, place) => {
    steps[index] = found[place] ?? 0;
  });
  return steps;
}

/** Expected profit of a plan. */
export function profitOf(items: readonly AllocationItem[], steps: readonly number[]): number {
  return items.reduce((sum, { profit }, index) => sum + profit * (steps[index] ?? 0), 0);
}

/** The steps that equal shares of every venue's capital pay for. */
export function equalShares(items: readonly AllocationItem[], capital: readonly number[]): number[] {
  return items.map((item) =>
    stepsWithin(
      item,
      capital.map((amount) => Math.floor(amount / items.length)),
    ),
  );
}

function density(item: AllocationItem | undefined): number {
  if (item === undefined) return 0;
  const margin = item.margins.reduce((sum, amount) => sum + amount, 0);
  return margin === 0 ? Number.POSITIVE_INFINITY : item.profit / margin;
}

/** Most steps of an item that capital pays for. */
function stepsWithin({ margins, steps }: AllocationItem, capital: readonly number[]): number {
  return margins.reduce(
    (most, margin, venue) => (margin === 0 ? most : Math.min(most, Math.floor((capital[venue] ?? 0) / margin))),
    steps,
  );
}

function left(items: readonly AllocationItem[], capital: readonly number[], steps: readonly number[]): number[] {
  return capital.map((amount, venue) =>
    items.reduce((rest, { margins }, index) => rest - (margins[venue] ?? 0) * (steps[index] ?? 0), amount),
  );
}

/** Gives what is left to the items in their order. */
function fill(items: readonly AllocationItem[], capital: readonly number[], given: readonly number[]): number[] {
  const steps = [...given];
  items.forEach((item, index) => {
    const free = left(items, capital, steps);
    const held = steps[index] ?? 0;
    steps[index] = held + stepsWithin({ ...item, steps: item.steps - held }, free);
  });
  return steps;
}

/** The search over sizes of items in the order of their profit for the margin. */
class Search {
  private nodes = 0;
  private best: number[];
  private bestProfit: number;
  private readonly current: number[];
  private readonly free: number[];

  constructor(
    private readonly items: readonly AllocationItem[],
    capital: readonly number[],
    start: readonly number[],
  ) {
    this.best = [...start];
    this.bestProfit = profitOf(items, start);
    this.current = items.map(() => 0);
    this.free = [...capital];
  }

  run(): number[] {
    this.visit(0, 0);
    return this.best;
  }

  private visit(index: number, profit: number): void {
    const item = this.items[index];
    if (++this.nodes > NODES_MAX) return;
    if (item === undefined) {
      if (profit <= this.bestProfit) return;
      this.bestProfit = profit;
      this.best = [...this.current];
      return;
    }
    if (profit + this.bound(index) <= this.bestProfit) return;
    const part = Math.max(1, Math.ceil(item.steps / PARTS));
    const most = stepsWithin(item, this.free);
    for (let steps = most - (most % part); steps >= 0; steps -= part) {
      this.take(index, item, steps);
      this.visit(index + 1, profit + steps * item.profit);
      this.take(index, item, -steps);
    }
  }

  private take(index: number, { margins }: AllocationItem, steps: number): void {
    this.current[index] = (this.current[index] ?? 0) + steps;
    for (let venue = 0; venue < this.free.length; venue++) {
      this.free[venue] = (this.free[venue] ?? 0) - steps * (margins[venue] ?? 0);
    }
  }

  /** Profit of the remaining items if all that is left were in one pot and steps could be divided. */
  private bound(from: number): number {
    let pot = this.free.reduce((sum, amount) => sum + amount, 0);
    let profit = 0;
    for (let index = from; index < this.items.length; index++) {
      const item = this.items[index] as AllocationItem;
      const margin = item.margins.reduce((sum, amount) => sum + amount, 0);
      const steps = margin === 0 ? item.steps : Math.min(stepsWithin(item, this.free), pot / margin);
      profit += steps * item.profit;
      pot -= steps * margin;
    }
    return profit;
  }
}
