import { defineConfig } from 'vitest/config';

// A client that is not ours trades on the simulated venues over real sockets; `npm run test:conformance` builds first.
export default defineConfig({
  test: {
    include: ['test/conformance/**/*.conformance.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    fileParallelism: false,
  },
});
