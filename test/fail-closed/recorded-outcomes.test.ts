import { describe, expect, test } from 'vitest';
import type { Evidence } from '../../src/domain/evidence.ts';
import {
  baseline,
  candidate,
  edit,
  editCandidate,
  editRecords,
  evaluate,
  plan,
  starter,
  statusesOf,
  type RecordedOutcome,
} from '../cli/starter.ts';

const exitCodes = { increase: 0, hold: 3, rollback: 4 };

/** Breaks the starter and evaluates it. The evidence and the exit code must agree, whatever they say. */
async function evidenceAfter(breakIt: (folder: string) => void): Promise<Evidence> {
  const folder = await starter();
  breakIt(folder);
  const { exitCode, evidence } = await evaluate(folder);
  expect(exitCode).toBe(exitCodes[evidence.verdict.decision]);
  return evidence;
}

function withoutOutcomeOf(version: string, only: (index: number) => boolean = () => true) {
  return (folder: string) =>
    editRecords(folder, (record, index) => {
      if (!only(index)) return record;
      const others = Object.entries(record.outcomes).filter(([name]) => name !== version);
      return { ...record, outcomes: Object.fromEntries(others) };
    });
}

function eachCandidate(change: (outcome: RecordedOutcome, index: number) => RecordedOutcome) {
  return (folder: string) => editCandidate(folder, change);
}

test('the starter, as it is, may begin: what follows is the doing of what each test breaks', async () => {
  const evidence = await evidenceAfter((folder) => edit(folder, plan, (text) => `${text}# unbroken\n`));
  expect(evidence.verdict.decision).toBe('increase');
});

describe('hold', () => {
  const holds: [broken: string, breakIt: (folder: string) => void, uncomputable: string[]][] = [
    ['no outcome of the candidate', withoutOutcomeOf(candidate), ['latency.p95 max', 'accuracy maxDecrease']],
    ['no outcome of the baseline', withoutOutcomeOf(baseline), ['latency.p95 maxIncrease', 'accuracy maxDecrease']],
    [
      'no outcome at all',
      (folder) => editRecords(folder, (record) => ({ ...record, outcomes: {} })),
      ['latency.p95 max'],
    ],
    [
      'no latencies',
      eachCandidate((outcome) => ({ ...outcome, latency_ms: undefined })),
      ['latency.p95 max', 'latency.p95 maxIncrease'],
    ],
    [
      'a latency of 0 for every request',
      eachCandidate((outcome) => ({ ...outcome, latency_ms: 0 })),
      ['latency.p95 max'],
    ],
    [
      'the same latency for every request',
      eachCandidate((outcome) => ({ ...outcome, latency_ms: 20 })),
      ['latency.p95 max'],
    ],
    [
      'no labels',
      (folder) => editRecords(folder, (record) => ({ ...record, label: undefined })),
      ['accuracy maxDecrease'],
    ],
  ];

  test.each(holds)('%s is no pass', async (_, breakIt, uncomputable) => {
    const evidence = await evidenceAfter(breakIt);
    expect(evidence.verdict.decision).toBe('hold');
    for (const guardrail of uncomputable) expect(statusesOf(evidence)[guardrail]).toBe('uncomputable');
  });

  test('a log of ten requests is no pass', async () => {
    const evidence = await evidenceAfter((folder) =>
      editRecords(folder, (record, index) => (index < 10 ? record : undefined)),
    );
    expect(evidence.verdict.decision).toBe('hold');
  });

  test('a thousand requests of one user are no pass: a user is one unit of evidence', async () => {
    const evidence = await evidenceAfter((folder) => editRecords(folder, (record) => ({ ...record, user_id: 'one' })));
    expect(evidence.verdict.decision).toBe('hold');
  });

  test('outcomes of one version on each request are no pass where no pair is there to compare', async () => {
    const evidence = await evidenceAfter((folder) => {
      withoutOutcomeOf(candidate, (index) => index % 2 === 0)(folder);
      withoutOutcomeOf(baseline, (index) => index % 2 === 1)(folder);
    });
    expect(evidence.verdict.decision).toBe('hold');
  });
});

describe('rollback', () => {
  test('a candidate that answers nothing but errors is taken back', async () => {
    const evidence = await evidenceAfter(eachCandidate(() => ({ error: 'crash' })));
    expect(evidence.verdict.decision).toBe('rollback');
    expect(statusesOf(evidence)).toMatchObject({
      'error_rate maxIncrease': 'breach',
      'accuracy maxDecrease': 'breach',
      'latency.p95 max': 'uncomputable',
    });
  });

  test('a candidate whose answers are all wrong is taken back', async () => {
    const otherThan: Readonly<Record<string, string>> = { refund: 'track-order' };
    const evidence = await evidenceAfter((folder) =>
      editRecords(folder, (record) => {
        const prediction = otherThan[record.label] ?? 'refund';
        return { ...record, outcomes: { ...record.outcomes, [candidate]: { latency_ms: 1, prediction } } };
      }),
    );
    expect(evidence.verdict.decision).toBe('rollback');
  });

  test('one whose answers are no labels is not: it is the log that is misread', async () => {
    const evidence = await evidenceAfter(
      eachCandidate(({ latency_ms = 1 }) => ({ latency_ms, prediction: 'nonsense' })),
    );
    expect(evidence.verdict.decision).toBe('hold');
  });
});
