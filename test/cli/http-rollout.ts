import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Artifact, Signature } from '../../src/domain/registry.ts';
import { temporaryFolder } from './harness.ts';

export interface RolloutFiles {
  readonly baseline: Artifact;
  readonly candidate: Artifact;
  readonly signature: Signature;
  /** One for each request, with its true label. */
  readonly records: readonly { readonly input: unknown; readonly label: string }[];
  readonly guardrails: readonly string[];
  /** Of the plan, such as `{ concurrency: 8 }`. */
  readonly replay?: string;
}

/** A rollout whose versions are on servers: `plan.yaml`, its log and its registry in a folder of its own, until the test is over. */
export function writeRollout(
  { baseline, candidate, signature, records, guardrails, replay = '{}' }: RolloutFiles,
  folder = temporaryFolder(),
): string {
  mkdirSync(join(folder, 'registry'));
  const registry = {
    schemaVersion: 1,
    model: 'iris',
    revision: 0,
    aliases: { stable: '1.0.0' },
    traffic: { '1.0.0': 1 },
    versions: {
      '1.0.0': { status: 'stable', artifact: baseline, signature },
      '1.1.0': { status: 'registered', artifact: candidate, signature },
    },
    rollouts: {},
    history: [],
  };
  writeFileSync(join(folder, 'registry/iris.json'), JSON.stringify(registry, undefined, 2));
  const log = records.map(({ input, label }, index) =>
    JSON.stringify({
      request_id: `r${index}`,
      timestamp: new Date(Date.UTC(2026, 10, 1) + index * 60_000).toISOString(),
      user_id: `u${index % Math.ceil(records.length / 2)}`,
      input,
      label,
    }),
  );
  writeFileSync(join(folder, 'log.jsonl'), `${log.join('\n')}\n`);
  writeFileSync(
    join(folder, 'plan.yaml'),
    `apiVersion: canary/v1
kind: RolloutPlan
name: iris-1.1.0
model: iris
registry: registry
baseline: stable
candidate: 1.1.0
requests: { source: log.jsonl }
stages:
  - { name: shadow, weight: 0 }
  - { name: full, weight: 1 }
guardrails:
${guardrails.map((guardrail) => `  - ${guardrail}`).join('\n')}
replay: ${replay}
`,
  );
  return folder;
}

/** A program that repeats the label which the sentence ends in, or for as many of a hundred as its argument says another. */
export const repeatingProgram = `import { createInterface } from 'node:readline';
const wrong = Number(process.argv[2]);
createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, input } = JSON.parse(line);
  const [, number, label] = input.split(' ');
  console.log(JSON.stringify({ id, prediction: Number(number) % 100 < wrong ? (label === 'a' ? 'b' : 'a') : label }));
});`;
