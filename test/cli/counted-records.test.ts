import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { RequestFileFacts } from '../../src/domain/log/request-file-facts.ts';
import { candidate, edit, evaluate, linesOf, log, starter, type Evaluated, type StarterRecord } from './starter.ts';

/** Changes some lines of the log as text, from the first on; each may become several. */
function damage(folder: string, lines: number, change: (line: string, record: StarterRecord) => string[]): void {
  edit(folder, log, (text) =>
    linesOf(text)
      .flatMap((line, index) => (index < lines ? change(line, JSON.parse(line)) : [line]))
      .map((line) => `${line}\n`)
      .join(''),
  );
}

function factsOf({ evidence }: Evaluated): RequestFileFacts {
  const [facts] = evidence.inputs.requests;
  if (facts === undefined) throw new Error('the evidence names no log');
  return facts;
}

/** Rejected records by reason, without the reasons that no record was rejected for. */
function rejectedOf(evaluated: Evaluated): Record<string, number> {
  return Object.fromEntries(Object.entries(factsOf(evaluated).rejected).filter(([, count]) => count > 0));
}

const damages: [
  damage: string,
  change: (line: string, record: StarterRecord) => string[],
  rejected: Record<string, number>,
][] = [
  ['an unreadable line in the middle', () => ['{"request_id": oops'], { unreadable: 5 }],
  ['a record without an id', (_, { request_id: _id, ...record }) => [JSON.stringify(record)], { 'missing-id': 5 }],
  ['a record without a user', (_, { user_id: _id, ...record }) => [JSON.stringify(record)], { 'missing-unit': 5 }],
  [
    'a record without a time',
    (_, { timestamp: _at, ...record }) => [JSON.stringify(record)],
    { 'missing-timestamp': 5 },
  ],
  ['a time that is none', (_, record) => [JSON.stringify({ ...record, timestamp: 'noon' })], { 'bad-timestamp': 5 }],
  [
    'conflicting copies of an id, all of them',
    (line, record) => [line, JSON.stringify({ ...record, label: 'another' })],
    { 'conflicting-copies': 10 },
  ],
];

test.each(damages)('%s costs only itself, is counted and does not stop a good verdict', async (_, change, rejected) => {
  const folder = await starter();
  const before = linesOf(readFileSync(join(folder, log), 'utf8')).length;
  damage(folder, 5, change);
  const evaluated = await evaluate(folder);
  expect(rejectedOf(evaluated)).toEqual(rejected);
  const all = evaluated.evidence.cohorts.find(({ name }) => name === 'all');
  expect(all?.requests).toBe(before - 5);
  expect(evaluated).toMatchObject({ exitCode: 0, evidence: { verdict: { decision: 'increase' } } });
});

test.each([...damages.slice(0, 1), ...damages.slice(-1)])(
  '%s on more than one line in a hundred holds',
  async (_, change) => {
    const folder = await starter();
    damage(folder, 30, change);
    const { exitCode, evidence } = await evaluate(folder);
    expect(exitCode).toBe(3);
    expect(evidence.checks.find(({ name }) => name === 'rejected')).toMatchObject({ status: 'hold' });
  },
);

test('a last line that was cut is one unreadable record', async () => {
  const folder = await starter();
  edit(folder, log, (text) => text.slice(0, -40));
  const evaluated = await evaluate(folder);
  expect(rejectedOf(evaluated)).toEqual({ unreadable: 1 });
  expect(evaluated.exitCode).toBe(0);
});

test('identical copies of an id are one request and are counted apart', async () => {
  const folder = await starter();
  const lines = linesOf(readFileSync(join(folder, log), 'utf8'));
  appendFileSync(join(folder, log), `${lines.slice(0, 100).join('\n')}\n`);
  const evaluated = await evaluate(folder);
  expect(factsOf(evaluated)).toMatchObject({ rows: lines.length + 100, collapsed: 100 });
  expect(rejectedOf(evaluated)).toEqual({});
  expect(evaluated.evidence.cohorts).toContainEqual({ name: 'all', units: expect.any(Number), requests: lines.length });
  expect(evaluated.exitCode).toBe(0);
});

test('a latency that was not recorded is not a latency of 0', async () => {
  const folder = await starter();
  const mean = async () => {
    const { evidence } = await evaluate(folder);
    const { value } =
      evidence.guardrails.find(({ metric, bound }) => metric === 'latency.p95' && bound.kind === 'max') ?? {};
    return value ?? 0;
  };
  const before = await mean();
  damage(folder, 600, (_, record) => [
    JSON.stringify({ ...record, outcomes: { ...record.outcomes, [candidate]: { prediction: record.label } } }),
  ]);
  expect(await mean()).toBeGreaterThan(0.8 * before);
});
