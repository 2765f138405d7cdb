import { defineConfig } from 'vitest/config';

// Kills, full and broken disks, wrong clocks: every write of every command, written to docs/reliability.csv.
export default defineConfig({
  test: {
    include: ['test/faults/**/*.soak.ts'],
    globalSetup: ['.config/vitest.global-setup.ts'],
    testTimeout: 7_200_000,
    pool: 'forks',
    maxWorkers: 1,
  },
});
