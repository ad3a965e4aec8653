import { parentPort, workerData } from 'node:worker_threads';
import { failureText } from './report.js';
import type { PlayedSeed, WorkerSeeds } from './seed-workers.js';
import { simulate } from './simulate.js';

const { first, count, step, again } = workerData as WorkerSeeds;
for (let played = 0; played < count; played++) {
  const seed = first + played * step;
  const { trace, ...result } = await simulate(seed);
  let failure = result.violations.length > 0 ? failureText({ ...result, trace }) : null;
  if (failure === null && again > 0 && played % again === 0) {
    const second = await simulate(seed);
    if (second.hash !== result.hash) failure = `seed ${seed} ended as ${result.hash} and then as ${second.hash}`;
  }
  parentPort?.postMessage({ ...result, failure } satisfies PlayedSeed);
}
