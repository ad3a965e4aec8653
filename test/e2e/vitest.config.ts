import { defineConfig } from 'vitest/config';

/** Tests that need a browser or a whole process; `npm run test:browser` starts what they need. */
export default defineConfig({
  test: { include: ['test/e2e/**/*.e2e.ts'], pool: 'forks', maxWorkers: 1, testTimeout: 120_000, hookTimeout: 120_000 },
});
