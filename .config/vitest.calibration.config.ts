import { defineConfig } from 'vitest/config';

// The thorough simulations: CALIBRATION_RUNS (default 100) runs a row, written to docs/calibration.csv and summed up in docs/calibration.md.
export default defineConfig({
  test: {
    include: ['test/calibration/**/*.calibration.ts'],
    globalSetup: ['.config/vitest.calibration-page.ts'],
    pool: 'forks',
    maxWorkers: 2,
    disableConsoleIntercept: true,
  },
});
