import { murmur3Bucket } from '../../src/assignment/schemes/murmur3.ts';
import { classifying, TestRollout } from '../fixtures/test-rollout.ts';

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
    const draw = (what: string) => murmur3Bucket(what, String(request));
    const truth = draw('truth') < 0.4;
    return write(truth, draw('baseline') < 0.9 ? truth : !truth, draw('candidate') < 0.5 ? truth : !truth, request);
  });
}

/** A rollout of two versions whose outcomes are in the log, one of two requests of each user a minute. */
export function heldRollout(
  records: readonly Written[],
  { labels = ['0', '1'], guardrails, requests = '', metrics }: HeldRollout,
): TestRollout {
  const log = records.map(({ label, baseline, candidate }, index) => ({
    request_id: `r${index}`,
    timestamp: 1_790_000_000 + 60 * index,
    user_id: `u${Math.floor(index / 2)}`,
    label,
    outcomes: { '1.0.0': baseline, '1.1.0': candidate },
  }));
  return new TestRollout({
    plan: {
      name: 'held',
      requests: `{ source: log.jsonl${requests} }`,
      ...(guardrails === undefined ? {} : { guardrails: `[${guardrails}]` }),
      replay: '{ latency: recorded }',
    },
    version: classifying(labels),
    versions: metrics === undefined ? {} : { '1.0.0': { metrics } },
    files: { 'log.jsonl': log },
  });
}

export function words(label: string, baseline: boolean, candidate: boolean): Written {
  return {
    label,
    baseline: { prediction: baseline ? 'fraud' : 'legit' },
    candidate: { prediction: candidate ? 'fraud' : 'legit' },
  };
}
