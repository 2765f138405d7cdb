import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { HttpArtifact, Signature } from '../../src/domain/registry.ts';
import { temporaryFolder } from '../cli/harness.ts';
import { writeRollout } from '../cli/http-rollout.ts';
import { shortenLog } from '../cli/model-code.ts';
import { shippedRollouts } from '../cli/shipped.ts';
import { plan, planName, registryFile, starter, type StarterState } from '../cli/starter.ts';
import { serve } from '../models/http/loopback.ts';
import type { FaultedCommand } from './trial.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** When what a campaign needs is taken away. */
export type Lifetime = (remove: () => void | Promise<void>) => void;

/** The commands that write, each as it is used, by name. */
export const commands: Readonly<Record<string, (lifetime: Lifetime) => Promise<FaultedCommand>>> = {
  evaluate: async (lifetime) => ({
    ...(await onStarter('new', lifetime)),
    name: 'evaluate',
    args: ['evaluate', plan, '--format', 'json'],
    results: [evidenceFile],
  }),
  'evaluate again, with reports': async (lifetime) => ({
    ...(await onStarter('evaluated', lifetime)),
    name: 'evaluate again, with reports',
    args: ['evaluate', plan, '--report', 'report.html', 'report.md', 'junit.xml', 'canary.prom'],
    results: [evidenceFile],
  }),
  'promote (increase)': async (lifetime) => ({
    ...(await onStarter('evaluated', lifetime)),
    name: 'promote (increase)',
    args: ['promote', plan],
    results: [registryFile],
  }),
  'promote (hold)': async (lifetime) => ({
    ...(await onStarter('held', lifetime)),
    name: 'promote (hold)',
    args: ['promote', plan],
    results: [registryFile],
  }),
  rollback: async (lifetime) => ({
    ...(await onStarter('at ten percent', lifetime)),
    name: 'rollback',
    args: ['rollback', plan, '--by', 'a tester', '--reason', 'a test'],
    results: [registryFile],
  }),
  'registry add': async (lifetime) => {
    const parts = await onStarter('new', lifetime);
    const signature = JSON.stringify({ output: { kind: 'classification', labels: ['a', 'b'] } });
    const given = ['--runtime', 'recorded', '--signature', signature];
    const args = ['registry', 'add', 'registry', 'intent-classifier', '9.0.0', ...given];
    return { ...parts, name: 'registry add', args, results: [registryFile] };
  },
  'registry changelog': async (lifetime) => ({
    ...(await onStarter('new', lifetime)),
    name: 'registry changelog',
    args: ['registry', 'changelog', 'registry', 'intent-classifier'],
    results: ['registry/intent-classifier.CHANGELOG.md'],
  }),
  init: async (lifetime) => ({
    name: 'init',
    template: temporaryFolder((remove) => lifetime(remove)),
    args: ['init', 'made'],
    results: ['made/rollout.yaml', 'made/requests.jsonl', `made/${registryFile}`],
    registry: `made/${registryFile}`,
    replays: false,
  }),
  'evaluate, TensorFlow.js': (lifetime) => Promise.resolve(tfjsReplay(lifetime)),
  'evaluate, ONNX': (lifetime) => Promise.resolve(onnxReplay(lifetime)),
  'evaluate, HTTP': httpReplay,
};

const evidenceFile = `.canary/${planName}/shadow/evidence.json`;

async function onStarter(
  state: StarterState,
  lifetime: Lifetime,
): Promise<Pick<FaultedCommand, 'template' | 'registry' | 'replays'>> {
  const template = temporaryFolder((remove) => lifetime(remove));
  cpSync(await starter(state), template, { recursive: true });
  return { template, registry: registryFile, replays: false };
}

/** How many requests a replay has: enough for some chunks, and for a kill in the midst of one. */
const replayed = 300;

function tfjsReplay(lifetime: Lifetime): FaultedCommand {
  const template = shippedRollouts((remove) => lifetime(remove));
  const file = 'rollouts/intent-1.5.0.yaml';
  shortenLog(template, file, replayed);
  return {
    name: 'evaluate, TensorFlow.js',
    template,
    args: ['evaluate', file, '--format', 'json'],
    results: ['rollouts/.canary/intent-classifier-1.5.0/shadow/evidence.json'],
    registry: 'fixtures/registry/intent-classifier.json',
    replays: true,
  };
}

function onnxReplay(lifetime: Lifetime): FaultedCommand {
  const template = temporaryFolder((remove) => lifetime(remove));
  cpSync(join(root, 'fixtures/onnx-registry'), join(template, 'registry'), { recursive: true });
  const log = readFileSync(join(root, 'fixtures/requests/2026-11-01.jsonl'), 'utf8').split('\n').slice(0, replayed);
  writeFileSync(join(template, 'requests.jsonl'), `${log.join('\n')}\n`);
  writeFileSync(
    join(template, 'plan.yaml'),
    `apiVersion: canary/v1
kind: RolloutPlan
name: onnx
model: intent-classifier
registry: registry
baseline: stable
candidate: 1.5.1
requests: { source: requests.jsonl }
stages: [{ name: shadow, weight: 0 }, { name: full, weight: 1 }]
guardrails:
  - { metric: agreement, min: 100%, test: point }
  - { metric: error_rate, max: 50% }
`,
  );
  return {
    name: 'evaluate, ONNX',
    template,
    args: ['evaluate', 'plan.yaml', '--format', 'json'],
    results: ['.canary/onnx/shadow/evidence.json'],
    registry: 'registry/intent-classifier.json',
    replays: true,
  };
}

const labels = ['no', 'yes'];
const signature: Signature = { input: { kind: 'tensor', shape: [2] }, output: { kind: 'classification', labels } };

async function httpReplay(lifetime: Lifetime): Promise<FaultedCommand> {
  const { url } = await serve(
    ({ method, body }) => {
      if (method === 'GET') return { text: 'hello' };
      const { x }: { x: readonly [number, number] } = JSON.parse(body);
      const yes = x[1] > x[0] ? 0.9 : 0.1;
      return { json: { p: [1 - yes, yes] } };
    },
    (close) => lifetime(close),
  );
  const artifact: HttpArtifact = {
    runtime: 'http',
    url,
    protocol: 'json',
    body: { x: '{{input}}' },
    answer: { scores: 'p' },
  };
  const template = writeRollout({
    baseline: artifact,
    candidate: { ...artifact, url: `${url}/new` },
    signature,
    records: Array.from({ length: replayed }, (_, index) => {
      const input = [(index * 7) % 10, (index * 3) % 10] as const;
      return { input, label: labels[Number(input[1] > input[0])] ?? '' };
    }),
    guardrails: ['{ metric: accuracy, maxDecrease: 5pp }', '{ metric: error_rate, max: 5% }'],
    replay: '{ concurrency: 8 }',
  });
  return {
    name: 'evaluate, HTTP',
    template,
    args: ['evaluate', 'plan.yaml', '--format', 'json'],
    results: ['.canary/iris-1.1.0/shadow/evidence.json'],
    registry: 'registry/iris.json',
    replays: true,
  };
}
