import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** What takes longest, so that no process is left alone with one of them at the end; only the first makes what others of them copy. */
const longest = [
  'test/cli/rollout-life.test.ts',
  'test/faults/faults.test.ts',
  'test/cli/every-metric.test.ts',
  'test/calibration/false-alarms.test.ts',
  'test/calibration/calibration.test.ts',
  'test/gate/error-answers.test.ts',
  'test/cli/shipped-rollouts.test.ts',
  'test/requests/formats/unlike-answers.test.ts',
  'test/simulation/planted-effects.test.ts',
  'test/cli/recipes.test.ts',
  'test/models/python-models.test.ts',
  'test/cli/timeouts-on-hard-requests.test.ts',
  'test/replay/store/outcome-store.test.ts',
  'test/real-data/banking-intents.test.ts',
  'test/models/host/hosted-model.test.ts',
  'test/properties/evaluate.test.ts',
  'test/cli/http-models.test.ts',
  'test/story/story.test.ts',
  'test/cli/replay.test.ts',
  'test/cli/mlflow.test.ts',
  'test/cli/init-logs.test.ts',
  'test/cli/watch.test.ts',
  'test/calibration/selection.test.ts',
  'test/browser/html-report.test.ts',
  'test/gate/estimator-corners.test.ts',
  'test/cli/shared-store.test.ts',
  'test/cli/warehouse-peers.test.ts',
  'test/cli/spark-ray.test.ts',
];

/** Where a file is in that list; behind it for all others. */
function placeOf({ moduleId }: TestSpecification): number {
  const found = longest.findIndex((name) => moduleId.endsWith(name));
  return found === -1 ? longest.length : found;
}

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    // oxlint-disable-next-line unicorn/no-array-sort -- the sequencer's own method, which gives a list anew
    const sorted = await super.sort(files);
    return sorted.toSorted((one, other) => placeOf(one) - placeOf(other));
  }
}

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
    sequence: { sequencer: LongestFirst },
    reporters: process.env['CI'] === undefined ? ['default'] : ['default', 'json'],
    outputFile: { json: 'coverage/test-results.json' },
  },
});
