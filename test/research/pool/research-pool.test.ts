// Goal: work on threads ends with its result, its error or its cancellation, and never with a thread that is lost to the pool.
import { afterAll, describe, expect, it } from 'vitest';
import { PoolFullError, ResearchPool, sharedFrame, TaskCancelledError } from '../../../src/research/pool/research-pool.js';
import type { TaskAddress, TaskProgress } from '../../../src/research/pool/task.js';
import { workerModule } from '../../../src/research/pool/worker-module.js';

const task = (name: string): TaskAddress => ({ module: workerModule(import.meta.url, './tasks.js'), name });
const pool = new ResearchPool({ threads: 1, waitingMax: 2, heapMib: 64 });

afterAll(() => pool.close());

const column = (...values: number[]): Float64Array => Float64Array.from(values);

describe('ResearchPool', () => {
  it('runs a task and passes its progress on', async () => {
    const told: TaskProgress[] = [];
    const sum = await pool.run(task('sumColumn'), column(1, 2, 3, 4), { onProgress: (progress) => told.push(progress) });
    expect(sum).toBe(10);
    expect(told.map(({ share }) => share)).toEqual([0.25, 0.5, 0.75, 1]);
  });

  it('shares the columns of a frame instead of copying them', async () => {
    const own = {
      tsUs: column(0),
      spotBidPrice: column(1),
      spotAskPrice: column(2),
      futBidPrice: column(3),
      futAskPrice: column(4),
    };
    const frame = sharedFrame(own);
    expect(frame).toEqual(own);
    await pool.run(task('markColumn'), frame.futAskPrice);
    expect(frame.futAskPrice[0]).toBe(42);
    expect(sharedFrame(frame).futAskPrice).toBe(frame.futAskPrice);
  });

  it('passes errors on', async () => {
    await expect(pool.run(task('fail'), 'no such row')).rejects.toThrow('no such row');
    await expect(pool.run(task('nothing'), null)).rejects.toThrow('exports no function');
    await expect(pool.run(task('hoard'), null)).rejects.toThrow(/memory/);
    expect(await pool.run(task('sumColumn'), column(1))).toBe(1);
  });

  it('calls off a task that runs, one that waits and one that is yet to come, and goes on', async () => {
    const [running, waiting] = [new AbortController(), new AbortController()];
    let begun = (): void => undefined;
    const isBegun = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const spinning = pool.run(task('spin'), null, { signal: running.signal, onProgress: () => begun() });
    await isBegun;
    const next = pool.run(task('sumColumn'), column(1), { signal: waiting.signal });
    waiting.abort();
    await expect(next).rejects.toThrow(TaskCancelledError);
    running.abort();
    await expect(spinning).rejects.toThrow(TaskCancelledError);
    await expect(pool.run(task('sumColumn'), column(1), { signal: running.signal })).rejects.toThrow(TaskCancelledError);
    expect(await pool.run(task('sumColumn'), column(5))).toBe(5);
  });

  it('holds only so many tasks, and lets none outlive it', async () => {
    const small = new ResearchPool({ threads: 1, waitingMax: 2 });
    let begun = (): void => undefined;
    const isBegun = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const ends = [small.run(task('spin'), null, { onProgress: () => begun() })];
    await isBegun;
    ends.push(small.run(task('spin'), null), small.run(task('spin'), null));
    await expect(small.run(task('spin'), null)).rejects.toThrow(PoolFullError);
    const refusals = Promise.allSettled(ends);
    await small.close();
    for (const end of await refusals) expect(end).toMatchObject({ status: 'rejected', reason: expect.any(TaskCancelledError) });
    await expect(small.run(task('spin'), null)).rejects.toThrow(TaskCancelledError);
  });
});
