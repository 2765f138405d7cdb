import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['.config/vitest.global-setup.ts'],
    setupFiles: ['.config/vitest.setup.ts'],
    // For what hangs: on a machine that is busy with other work everything takes many times as long.
    testTimeout: 600_000,
    hookTimeout: 600_000,
    pool: 'forks',
    // Modules are imported once in a process instead of once in each of some 220 files.
    isolate: false,
    // Two, also on a machine of two cores, where the runner would take one: many tests wait for processes of their own.
    maxWorkers: 2,
    reporters: process.env['CI'] === undefined ? ['default'] : ['default', 'json'],
    outputFile: { json: 'coverage/test-results.json' },
  },
});
