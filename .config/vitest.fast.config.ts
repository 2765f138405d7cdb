import { defineConfig } from 'vitest/config';

// What computes and starts no process: numbers, plans and verdicts, for the moments between two edits.
export default defineConfig({
  test: {
    include: ['test/{stats,domain,plan,verdict,assignment}/**/*.test.ts'],
    globalSetup: ['.config/vitest.global-setup.ts'],
    setupFiles: ['.config/vitest.setup.ts'],
    pool: 'forks',
    isolate: false,
    maxWorkers: 1,
  },
});
