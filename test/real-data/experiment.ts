import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { tmpdir } from 'node:os';
import { startTensorFlow } from '../../src/models/tfjs/tfjs-backend.ts';
import { Random } from '../calibration/random.ts';
import { type Classifier, trainClassifier } from './classifier.ts';
import { writeRegistryFile } from './registry.ts';
import { type LoggedRequest, makeRequests, writeRequestLog } from './request-log.ts';
import { shuffled } from './shuffle.ts';
import { readSourceData } from './source-data.ts';

const seeds = { training: 1, requests: 2 };

/** Two rollouts between the same two classifiers, in both directions, over the same log. */
export interface Experiment {
  readonly folder: string;
  readonly requests: readonly LoggedRequest[];
  /** Trained on all questions. */
  readonly full: Classifier;
  /** Trained on a tenth of them, chosen at random. */
  readonly tenth: Classifier;
}

/** Plan names: `growing` replaces the tenth by the full classifier, `shrinking` the full by the tenth. */
export type Rollout = 'growing' | 'shrinking';

/** The file of a rollout's plan. */
export function planFile({ folder }: Experiment, rollout: Rollout): string {
  return join(folder, `${rollout}.yaml`);
}

/**
 * Trains both classifiers and writes a folder with their registry, the request log and the two plans.
 *
 * @param dataFolder as for readSourceData
 */
export async function makeExperiment(dataFolder: string): Promise<Experiment> {
  const folder = await mkdtemp(join(tmpdir(), 'canary-real-data-'));
  const { training, test, arrivals } = await readSourceData(dataFolder, join(folder, 'database'));
  const intents = [...new Set(training.map(({ intent }) => intent))].toSorted();
  const all = shuffled(new Random(seeds.training), training);
  const some = all.slice(0, Math.round(all.length / 10));

  const { core } = await startTensorFlow();
  const full = await trainClassifier(core, all, intents);
  const tenth = await trainClassifier(core, some, intents);

  const registry = join(folder, 'registry');
  await full.save(join(registry, 'models/full'));
  await tenth.save(join(registry, 'models/tenth'));
  const ofFull = { path: 'models/full', training: all, intents, description: 'Trained on all questions.' };
  const ofTenth = { path: 'models/tenth', training: some, intents, description: 'Trained on a tenth of them.' };
  await writeRegistryFile(registry, 'growing', ofTenth, ofFull);
  await writeRegistryFile(registry, 'shrinking', ofFull, ofTenth);

  const requests = makeRequests({ test, arrivals }, seeds.requests);
  await mkdir(join(folder, 'requests'));
  await writeRequestLog(join(folder, 'requests/questions.jsonl'), requests);
  const experiment = { folder, requests, full, tenth };
  for (const rollout of ['growing', 'shrinking'] as const) {
    await writeFile(planFile(experiment, rollout), planText(rollout));
  }
  return experiment;
}

/** The timeout is long so that a machine busy with other tests makes no errors of its own. */
function planText(rollout: Rollout): string {
  return `apiVersion: canary/v1
kind: RolloutPlan
name: ${rollout}
model: ${rollout}
registry: registry
baseline: stable
candidate: 1.1.0
requests:
  source: requests/*.jsonl
stages:
  - { name: shadow, weight: 0, minRequests: 2000, minUnits: 300 }
  - { name: canary-10, weight: 10% }
  - { name: full, weight: 1 }
guardrails:
  - { metric: latency.p95, max: 200ms }
  - { metric: error_rate, maxIncrease: 2pp }
  - { metric: accuracy, maxDecrease: 2pp }
replay: { timeout: 10s }
rollback:
  owner: on-call
  rehearsed: 2026-11-01
  steps: [canary rollback ${rollout}.yaml]
`;
}
