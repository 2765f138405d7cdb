import { configDefaults, defineConfig } from 'vitest/config';

// What computes and starts no process: numbers, plans and verdicts, for the moments between two edits.
export default defineConfig({
  test: {
    include: ['test/{stats,domain,plan,verdict,assignment}/**/*.test.ts'],
    // It reads all types with the compiler, which takes as long as half of the rest.
    exclude: [...configDefaults.exclude, 'test/plan/schema-keys.test.ts'],
    globalSetup: ['.config/vitest.global-setup.ts'],
    setupFiles: ['.config/vitest.setup.ts'],
    testTimeout: 60_000,
    pool: 'forks',
    isolate: false,
    maxWorkers: 1,
  },
});
