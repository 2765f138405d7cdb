import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Artifact, OutputSignature } from '../../../src/domain/registry.ts';
import { temporaryFolder } from '../../cli/harness.ts';

export const words: OutputSignature = { kind: 'classification', labels: ['a', 'b'] };

/** A program that repeats the last word of its input, but is silent about `hang` and fails on `fail`. */
const program = `import { createInterface } from 'node:readline';
createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, input } = JSON.parse(line);
  const said = input.split(' ').at(-1);
  if (said === 'hang') return;
  const answer = said === 'fail' ? { error: 'out of words' } : { prediction: said };
  console.log(JSON.stringify({ id, ...answer }));
});
`;

/** What a candidate's artifact is that such a program computes. */
export const spoken: Artifact = { runtime: 'command', command: ['node', 'model.mjs'] };

export interface GoldenRollout {
  /** Recorded where absent. */
  readonly candidate?: Artifact;
  readonly output?: OutputSignature;
  /** The candidate's own, where they are others; then it is 2.0.0 instead of 1.1.0. */
  readonly candidateLabels?: readonly string[];
  readonly compat?: object;
  /** Lines of `golden.jsonl`, each as it is or as JSON. */
  readonly golden?: readonly (object | string)[];
  /** Of the plan. */
  readonly requests?: string;
  readonly guardrails?: string;
  readonly more?: string;
}

/** A rollout of which everything but the golden requests says increase: `plan.yaml`, its log and its registry. */
export function goldenRollout({
  candidate = { runtime: 'recorded' },
  output = words,
  candidateLabels,
  compat,
  golden,
  requests = '{ source: log.jsonl }',
  guardrails = '[{ metric: error_rate, maxIncrease: 5pp }]',
  more = 'golden: golden.jsonl',
}: GoldenRollout): string {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'registry'));
  const number = candidateLabels === undefined ? '1.1.0' : '2.0.0';
  const own = candidateLabels === undefined ? output : { kind: 'classification', labels: candidateLabels };
  const version = { status: 'registered', artifact: { runtime: 'recorded' }, signature: { output } };
  const versions = {
    '1.0.0': { ...version, status: 'stable' },
    [number]: {
      ...version,
      artifact: candidate,
      signature: { output: own },
      ...(compat === undefined ? {} : { compat }),
    },
  };
  writeFileSync(
    join(folder, 'registry/m.json'),
    JSON.stringify({ schemaVersion: 1, model: 'm', revision: 0, aliases: { stable: '1.0.0' }, versions }),
  );
  writeFileSync(join(folder, 'registry/model.mjs'), program);
  const answer = output.kind === 'regression' ? 1 : 'a';
  const records = Array.from({ length: 400 }, (_, index) => ({
    request_id: `r${index}`,
    timestamp: 1_790_000_000 + index * 60,
    user_id: `u${index}`,
    input: `say ${answer}`,
    label: answer,
    outcomes: { '1.0.0': { prediction: answer }, [number]: { prediction: answer } },
  }));
  writeFileSync(join(folder, 'log.jsonl'), linesOf(records));
  if (golden !== undefined) writeFileSync(join(folder, 'golden.jsonl'), linesOf(golden));
  writeFileSync(
    join(folder, 'plan.yaml'),
    `apiVersion: canary/v1
kind: RolloutPlan
name: golden
model: m
registry: registry
baseline: 1.0.0
candidate: ${number}
requests: ${requests}
stages: [{ name: shadow, weight: 0 }, { name: full, weight: 1 }]
guardrails: ${guardrails}
replay: { timeout: 1s }
${more}
`,
  );
  return folder;
}

/** Records, or lines as they are, as the text of a file. */
export function linesOf(lines: readonly (object | string)[]): string {
  return lines.map((line) => `${typeof line === 'string' ? line : JSON.stringify(line)}\n`).join('');
}
