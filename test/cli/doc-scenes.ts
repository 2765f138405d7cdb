import { execFileSync } from 'node:child_process';
import { copyFileSync, cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from './harness.ts';

/** Makes, in an empty folder, what the commands of a page take for granted. */
export type Scene = (folder: string) => Promise<void>;

const fixtures = fileURLToPath(new URL('../../fixtures', import.meta.url));

export const emptyFolder: Scene = async () => {};

/** The rollout that `canary init my-rollout` starts. */
export const starterRollout: Scene = async (folder) => {
  await run(['init', 'my-rollout'], { cwd: folder });
};

/** A log of a gateway, as `init` meets it. */
export const gatewayLog: Scene = async (folder) => {
  copyFileSync(join(fixtures, 'logs', 'gateway.csv'), join(folder, 'gateway.csv'));
};

/** `rollouts/intent.yaml` over the starter's log and registry, with these lines added or in place of its own. */
export function intentRollout(name = 'intent', ...lines: readonly string[]): Scene {
  return async (folder) => {
    await starterRollout(folder);
    for (const made of ['rollouts', 'keys', 'models']) mkdirSync(join(folder, made), { recursive: true });
    cpSync(join(folder, 'my-rollout', 'registry'), join(folder, 'registry'), { recursive: true });
    cpSync(join(folder, 'my-rollout', 'requests.jsonl'), join(folder, 'rollouts', 'requests.jsonl'));
    writeFileSync(join(folder, 'rollouts', 'intent.yaml'), [...intentPlan(name), ...lines, ''].join('\n'));
  };
}

function intentPlan(name: string): readonly string[] {
  return [
    'apiVersion: canary/v1',
    'kind: RolloutPlan',
    `name: ${name}`,
    'model: intent-classifier',
    'registry: ../registry',
    'baseline: stable',
    'candidate: 1.1.0',
    'judge: all',
    'requests: { source: requests.jsonl, segments: { locale: context.locale } }',
    'stages: [{ name: canary-5, weight: 5% }, { name: full, weight: 1 }]',
    'guardrails:',
    '  - { metric: latency.p95, max: 150ms }',
    '  - { metric: error_rate, maxIncrease: 2pp }',
    '  - { metric: accuracy, maxDecrease: 2pp, segments: auto }',
  ];
}

/** The same rollout in a checkout, and another checkout of it, the base branch's, in `base`. */
export const besideItsBase: Scene = async (folder) => {
  for (const checkout of [join(folder, 'base'), folder]) {
    mkdirSync(checkout, { recursive: true });
    await intentRollout()(checkout);
    execFileSync('git', ['init', '--quiet'], { cwd: checkout });
  }
};
