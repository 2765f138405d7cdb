import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { schemes } from '../../src/assignment/schemes.ts';

export interface Written {
  readonly label?: unknown;
  readonly baseline: Readonly<Record<string, unknown>>;
  readonly candidate: Readonly<Record<string, unknown>>;
}

export interface HeldRollout {
  readonly labels?: readonly string[];
  readonly guardrails?: string;
  readonly requests?: string;
  readonly metrics?: Readonly<Record<string, number>>;
}

/** A log of 2,000 pairs by 1,000 users: the baseline is right on 90% of them and the candidate on 50%. */
export function pairs(
  write: (truth: boolean, baseline: boolean, candidate: boolean, request: number) => Written,
): Written[] {
  return Array.from({ length: 2_000 }, (_, request) => {
    const draw = (what: string) => schemes.murmur3(what, String(request));
    const truth = draw('truth') < 0.4;
    return write(truth, draw('baseline') < 0.9 ? truth : !truth, draw('candidate') < 0.5 ? truth : !truth, request);
  });
}

export function folderWith(
  records: readonly Written[],
  { labels = ['0', '1'], guardrails, requests = '', metrics }: HeldRollout,
): string {
  const folder = mkdtempSync(join(tmpdir(), 'canary-held-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const version = {
    status: 'registered',
    artifact: { runtime: 'recorded' },
    signature: { output: { kind: 'classification', labels } },
  };
  const registry = {
    schemaVersion: 1,
    model: 'm',
    revision: 0,
    aliases: { stable: '1.0.0' },
    traffic: { '1.0.0': 1 },
    versions: {
      '1.0.0': { ...version, status: 'stable', ...(metrics === undefined ? {} : { metrics }) },
      '1.1.0': version,
    },
    rollouts: {},
    history: [],
  };
  mkdirSync(join(folder, 'registry'));
  writeFileSync(join(folder, 'registry', 'm.json'), JSON.stringify(registry));
  writeFileSync(
    join(folder, 'plan.yaml'),
    `apiVersion: canary/v1
kind: RolloutPlan
name: held
model: m
registry: registry
baseline: stable
candidate: 1.1.0
requests: { source: log.jsonl${requests} }
stages: [{ name: shadow, weight: 0 }, { name: full, weight: 1 }]
guardrails: [${guardrails ?? '{ metric: accuracy, maxDecrease: 5pp }'}]
replay: { latency: recorded }
`,
  );
  const lines = records.map(({ label, baseline, candidate }, index) =>
    JSON.stringify({
      request_id: `r${index}`,
      timestamp: 1_790_000_000 + 60 * index,
      user_id: `u${Math.floor(index / 2)}`,
      label,
      outcomes: { '1.0.0': baseline, '1.1.0': candidate },
    }),
  );
  writeFileSync(join(folder, 'log.jsonl'), `${lines.join('\n')}\n`);
  return folder;
}

export function words(label: string, baseline: boolean, candidate: boolean): Written {
  return {
    label,
    baseline: { prediction: baseline ? 'fraud' : 'legit' },
    candidate: { prediction: candidate ? 'fraud' : 'legit' },
  };
}
