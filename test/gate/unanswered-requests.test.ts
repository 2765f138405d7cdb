import { onTestFinished, describe, expect, test } from 'vitest';
import type { Evidence } from '../../src/domain/evidence.ts';
import { checkOf, type PlantedRecord, PlantedRollout, seeded } from './planted-log.ts';

/** What a version does with a request: its answer, or an error with or without its time. */
interface Told {
  readonly latency_ms?: number;
  readonly prediction?: string | number;
  readonly error?: string;
}

/** A request before anybody answers it. */
interface Asked {
  readonly user: number;
  readonly hard: boolean;
  readonly draw: () => number;
}

interface LogOptions {
  readonly users?: number;
  readonly seed?: number;
  /** Both versions' outcomes of each request, or that of whoever served the user. */
  readonly shape?: 'pairs' | 'live';
  readonly baseline: (asked: Asked) => Told;
  readonly candidate: (asked: Asked) => Told;
  /** The truth as it is written; undefined where it is not known. */
  readonly label?: (asked: Asked, baseline: Told, candidate: Told) => string | undefined;
}

const shareHard = 0.15;

/** Two requests of each user, of which one in seven is hard. A fifth of the users of a live split has the candidate. */
function logOf({
  users = 2000,
  seed = 1,
  shape = 'pairs',
  baseline,
  candidate,
  label = () => 'a',
}: LogOptions): PlantedRecord[] {
  const draw = seeded(seed);
  return Array.from({ length: users * 2 }, (_, request) => {
    const user = Math.floor(request / 2);
    const asked: Asked = { user, hard: draw() < shareHard, draw };
    const [before, after] = [baseline(asked), candidate(asked)];
    const served = user % 5 === 0 ? '1.1.0' : '1.0.0';
    return {
      request_id: `r${request}`,
      timestamp: new Date(Date.UTC(2026, 10, 1) + request * 30_000).toISOString(),
      user_id: `u${user}`,
      label: label(asked, before, after),
      ...(shape === 'pairs'
        ? { outcomes: { '1.0.0': before, '1.1.0': after } }
        : { served_by: served, ...(served === '1.1.0' ? after : before) }),
    };
  });
}

/** Right nine times of ten and fast, but on hard requests less often and slowly. */
function usual({ hard, draw }: Asked): Told {
  const right = draw() < (hard ? 0.6 : 0.9);
  return { prediction: right ? 'a' : 'b', latency_ms: (hard ? 300 : 40) + 20 * draw() };
}

/** Better and faster than that on what it answers, which is nothing hard. */
function refusing(error: Told): (asked: Asked) => Told {
  return (asked) => (asked.hard ? error : { ...usual(asked), latency_ms: 38 + 20 * asked.draw() });
}

async function evaluated(
  records: readonly PlantedRecord[],
  guardrails: readonly string[],
  lines: readonly string[] = [],
): Promise<Evidence> {
  const rollout = new PlantedRollout();
  onTestFinished(() => rollout.remove());
  const live = records.some((record) => 'served_by' in record);
  return await rollout
    .log('log.jsonl', records)
    .evaluate([
      `requests: { source: log.jsonl${live ? ', fields: { servedBy: served_by }' : ''} }`,
      live
        ? 'stages: [{ name: canary-20, weight: 20% }, { name: full, weight: 1 }]'
        : 'stages: [{ name: shadow, weight: 0 }, { name: full, weight: 1 }]',
      'guardrails:',
      ...guardrails.map((each) => `  - ${each}`),
      ...lines,
    ]);
}

const qualityAndTime = ['{ metric: accuracy, maxDecrease: 3pp }', '{ metric: latency.p95, maxIncrease: 10% }'];

describe.each(['pairs', 'live'] as const)('in %s, a candidate that times out on exactly the hard requests', (shape) => {
  test.each([
    ['without a time', { error: 'timeout' }],
    ['with its time', { error: 'timeout', latency_ms: 1000 }],
  ])('gains neither accuracy nor speed by it (%s)', async (_title, error) => {
    const evidence = await evaluated(logOf({ shape, baseline: usual, candidate: refusing(error) }), qualityAndTime);
    expect(evidence.verdict.decision).not.toBe('increase');
    const [accuracy, p95] = evidence.guardrails;
    expect(accuracy?.value).toBeLessThan(-0.03);
    expect(p95?.status).not.toBe('pass');
  });
});

test('the same candidate is let on where it answers', async () => {
  const evidence = await evaluated(logOf({ baseline: usual, candidate: usual }), [
    '{ metric: accuracy, maxDecrease: 4pp }',
  ]);
  expect(evidence.verdict.decision).toBe('increase');
  expect(checkOf(evidence, 'selection')).toMatchObject({ status: 'pass' });
});
