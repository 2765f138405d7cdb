import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['.config/vitest.global-setup.ts'],
    setupFiles: ['.config/vitest.setup.ts'],
    testTimeout: 240_000,
    hookTimeout: 240_000,
    pool: 'forks',
    isolate: false,
    // Two, also on a machine of two cores, where the runner would take one: many tests wait for processes of their own.
    maxWorkers: 2,
    reporters: process.env['CI'] === undefined ? ['default'] : ['default', 'json'],
    outputFile: { json: 'coverage/test-results.json' },
  },
});
