import { describe, expect, test } from 'vitest';
import { murmur3Bucket } from '../../src/assignment/schemes/murmur3.ts';
import { UserError } from '../../src/domain/errors.ts';
import type { Evidence } from '../../src/domain/evidence.ts';
import { casesOf } from '../fixtures/tiers.ts';
import { heldRollout } from './held-logs.ts';
import { checkOf } from './planted-log.ts';

const errors = [
  { message: 'Internal Server Error' },
  { detail: [{ loc: ['body'], msg: 'field required' }] },
  'upstream timed out',
  {},
];

/** 1,500 pairs in the table of a serving system, right on nine of ten; the candidate answers a share with errors. */
async function judged(share: number, error: unknown, answer: (label: string) => unknown): Promise<Evidence> {
  const rollout = heldRollout([], {
    labels: ['other', 'refund'],
    guardrails: '{ metric: accuracy, maxDecrease: 5pp }, { metric: agreement, min: 50% }',
    requests:
      ', format: inference-table, fields: { unit: input.user, label: input.truth }, versions: { a: 1.0.0, b: 1.1.0 }',
  });
  const records = Array.from({ length: 1_500 }, (_, request) => {
    const draw = (what: string) => murmur3Bucket(what, String(request));
    const [right, wrong] = draw('truth') < 0.4 ? (['refund', 'other'] as const) : (['other', 'refund'] as const);
    return ['a', 'b'].map((entity) => ({
      databricks_request_id: `${entity}${request}`,
      client_request_id: `r${request}`,
      request_time: new Date(Date.UTC(2026, 10, 1) + request * 60_000).toISOString(),
      execution_duration_ms: 10,
      request: JSON.stringify({ dataframe_records: [{ user: `u${request}`, truth: right }] }),
      response: JSON.stringify(
        entity === 'b' && draw('fails') < share ? error : answer(draw('right') < 0.9 ? right : wrong),
      ),
      served_entity_id: entity,
    }));
  });
  return await rollout.write('log.jsonl', records.flat()).evaluate();
}

/** The decision, or the exit code where there is none. */
async function decided(...log: Parameters<typeof judged>): Promise<unknown> {
  try {
    return (await judged(...log)).verdict.decision;
  } catch (error) {
    if (error instanceof UserError) return error.exitCode;
    throw error;
  }
}

const shapes: readonly [name: string, answer: (label: string) => unknown][] = [
  ['labels', (label) => ({ predictions: [label] })],
  ['objects', (label) => ({ predictions: [{ class: label, took: 3 }] })],
  ['probabilities', (label) => ({ predictions: [label === 'refund' ? [0.2, 0.8] : [0.8, 0.2]] })],
];

// Outside of the whole each shape has an error of its own.
describe.each(shapes)('errors among answers that are %s', (name, answer) => {
  const tried = casesOf(
    errors,
    errors.length,
    shapes.findIndex(([shape]) => shape === name),
  );

  test('are told where there are some: without any the verdict is increase', async () => {
    expect((await judged(0, undefined, answer)).verdict.decision).toBe('increase');
  });

  test.each(tried)('never make the verdict better, and are told: %j', async (error) => {
    const few = await judged(0.01, error, answer);
    expect(few.verdict.decision).toBe('increase');
    expect(checkOf(few, 'labels').detail).toMatch(/1\.1\.0 (?:cannot be read|are not labels)/u);
    const seventh = await judged(0.15, error, answer);
    expect(seventh.verdict.decision).toBe('rollback');
    expect(['hold', 'rollback', 5]).toContain(await decided(0.8, error, answer));
  });
});
