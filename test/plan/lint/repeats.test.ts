import { expect, it } from 'vitest';
import { run } from '../../cli/harness.ts';
import { type PlanKeys, TestRollout } from '../../fixtures/test-rollout.ts';
import { textOutput } from '../../scores/logged-scores.ts';

const asks = {
  artifact: { runtime: 'http', protocol: 'openai-chat', url: 'http://127.0.0.1:9/v1', model: 'm' },
} as const;
const generates = { ...asks, ...textOutput };
const guards = ['{ metric: exact_match, maxDecrease: 5pp }'];

it.each<[what: string, plan: PlanKeys, version: ConstructorParameters<typeof TestRollout>[0], told: string]>([
  ['once', { replay: '{ repeats: 1 }' }, { version: generates }, 'repeats: 1 is below 2; write repeats: 3'],
  ['half a time', { replay: '{ repeats: 2.5 }' }, { version: generates }, 'repeats: 2.5'],
  [
    'recorded outcomes',
    {},
    { version: textOutput },
    'repeats: the answers of 1.0.0 are recorded, so that it cannot be asked again; leave it out, or give the version a runtime',
  ],
  [
    'one recorded version',
    {},
    { versions: { '1.0.0': generates, '1.1.0': textOutput } },
    'repeats: the answers of 1.1.0 are recorded',
  ],
  [
    'a live split',
    { requests: '{ source: log.jsonl, fields: { servedBy: version } }' },
    { version: generates },
    'repeats: nothing is asked of a live split, whose answers were served once; leave it out',
  ],
  [
    'labels',
    { guardrails: ['{ metric: accuracy, maxDecrease: 5pp }'] },
    { version: asks },
    'repeats: 1.0.0 is a classification, and only scores of texts, rankings and JSON are averaged',
  ],
  [
    'timed requests',
    { guardrails: [...guards, '{ metric: latency.p95, maxIncrease: 10% }'] },
    { version: generates },
    'metric: latency.p95 times each request once, and with replay.repeats none of the answers is the one that was timed; write latency.first_token',
  ],
  [
    'tokens a second',
    { guardrails: [...guards, '{ metric: tokens.per_second, maxDecrease: 10% }'] },
    { version: generates },
    'metric: tokens.per_second times each request once',
  ],
  [
    'agreement',
    { guardrails: [...guards, '{ metric: agreement, min: 90% }'] },
    { version: generates },
    'metric: agreement compares one answer with one, and with replay.repeats each version has several; guard a score',
  ],
])('replay.repeats of %s is told before anything is asked', async (_what, plan, parts, told) => {
  const whole = { replay: '{ repeats: 3 }', guardrails: guards, ...plan };
  const { folder } = new TestRollout({ ...parts, plan: whole, files: { 'log.jsonl': [] } });
  const { exitCode, stderr } = await run(['plan', 'plan.yaml'], { cwd: folder });
  expect(stderr.replaceAll(/\s+/gu, ' ')).toContain(told);
  expect(exitCode).toBe(2);
});
