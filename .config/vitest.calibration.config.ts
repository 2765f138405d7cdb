import { defineConfig } from 'vitest/config';

// The thorough simulations: CALIBRATION_RUNS (default 1000) runs a row, printed as markdown tables.
export default defineConfig({
  test: {
    include: ['test/calibration/**/*.calibration.ts'],
    pool: 'forks',
    maxWorkers: 2,
    disableConsoleIntercept: true,
  },
});
