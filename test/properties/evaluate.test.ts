import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { baseline, candidate } from '../fixtures/test-rollout.ts';
import { runsOf } from '../fixtures/tiers.ts';
import { evaluateLog, findings, guardrailLines, type LogRecord } from './recorded-rollout.ts';

/** A healthy log: the candidate is as good as the baseline and a little quicker. */
function healthyLog(users: number, requestsPerUser: number): LogRecord[] {
  return Array.from({ length: users * requestsPerUser }, (_, index) => {
    const user = index % users;
    const latency = 30 + ((index * 7919) % 1000) / 10;
    const label = ['a', 'b', 'c'][index % 3];
    const wrong = (index * 104_729) % 100 < 10;
    const prediction = wrong ? 'a' : label;
    return {
      request_id: `r${index}`,
      timestamp: new Date(Date.UTC(2026, 0, 1) + index * 1000).toISOString(),
      user_id: `u${user}`,
      context: { locale: user % 2 === 0 ? 'de-DE' : 'en-US' },
      label,
      outcomes: {
        [baseline]: { latency_ms: latency, prediction },
        [candidate]: { latency_ms: latency * 0.97 + ((index * 31) % 7) / 10, prediction },
      },
    };
  });
}

const log = healthyLog(400, 3);
const runs = { numRuns: runsOf(8, 2) };

describe('what an evaluation finds', () => {
  test('does not depend on the order of the records', async () => {
    const expected = findings(await evaluateLog({ 'log.jsonl': log }));
    expect(expected.verdict.decision).toBe('increase');
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray(log, { minLength: log.length }), async (shuffled) => {
        expect(findings(await evaluateLog({ 'log.jsonl': shuffled }))).toEqual(expected);
      }),
      runs,
    );
  });

  test('does not depend on how the log is cut into files', async () => {
    const expected = findings(await evaluateLog({ 'log.jsonl': log }));
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: log.length - 1 }), async (cut) => {
        const parts = { '1.jsonl': log.slice(0, cut), '2.jsonl': log.slice(cut) };
        expect(findings(await evaluateLog(parts))).toEqual(expected);
      }),
      runs,
    );
  });

  test('does not change when records are there twice', async () => {
    const expected = findings(await evaluateLog({ 'log.jsonl': log }));
    await fc.assert(
      fc.asyncProperty(fc.subarray(log), async (copies) => {
        expect(findings(await evaluateLog({ 'log.jsonl': [...log, ...copies] }))).toEqual(expected);
      }),
      runs,
    );
  });

  test('decides the same whatever the order of the guardrails', async () => {
    const harmed = log.map((record, index) => (index % 4 === 0 ? withCandidate(record, { error: 'timeout' }) : record));
    for (const records of [log, harmed, log.slice(0, 90)]) {
      const { verdict } = await evaluateLog({ 'log.jsonl': records });
      const reversed = await evaluateLog({ 'log.jsonl': records }, guardrailLines.toReversed());
      expect(reversed.verdict.decision).toBe(verdict.decision);
    }
  });
});

describe('missing or broken outcomes of the candidate never yield an increase', () => {
  const broken: Readonly<Record<string, unknown>> = {
    'no outcome': undefined,
    'an empty outcome': {},
    'a prediction that is null': { latency_ms: 40, prediction: null },
    'a negative latency': { latency_ms: -2, prediction: 'a' },
    'a latency that is text': { latency_ms: 'fast', prediction: 'a' },
    'prediction and error at once': { latency_ms: 40, prediction: 'a', error: 'timeout' },
    'no latency': { prediction: 'a' },
    'errors alone': { latency_ms: 40, error: 'timeout' },
  };

  test.each(Object.keys(broken))('%s', async (kind) => {
    const records = log.map((record) => withCandidate(record, broken[kind]));
    const decision = await evaluateLog({ 'log.jsonl': records }).then(
      ({ verdict }) => verdict.decision,
      (error: unknown) => error,
    );
    // A log without any usable record has no verdict at all.
    if (decision instanceof Error) expect(decision).toMatchObject({ exitCode: 5 });
    else expect(['hold', 'rollback']).toContain(decision);
  });

  test('nor does a share of latencies above the one percent that may be no time', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 13, max: 400 }), async (count) => {
        const records = log.map((record, index) =>
          index < count ? withCandidate(record, broken['a negative latency']) : record,
        );
        expect((await evaluateLog({ 'log.jsonl': records })).verdict.decision).not.toBe('increase');
      }),
      runs,
    );
  });

  test('an outcome that is empty is a failure, as one that says so', async () => {
    for (const count of [13, 60, 400]) {
      const changed = (outcome: unknown) =>
        log.map((record, index) => (index < count ? withCandidate(record, outcome) : record));
      const empty = await evaluateLog({ 'log.jsonl': changed({ latency_ms: 40 }) });
      const failed = await evaluateLog({ 'log.jsonl': changed(broken['errors alone']) });
      expect(empty.verdict.decision).toBe(failed.verdict.decision);
      expect(empty.guardrails).toEqual(failed.guardrails);
    }
  });

  test('nor does a share of the baseline above one percent that cannot be read, or is not a label', async () => {
    for (const outcome of [{ latency_ms: 40 }, { latency_ms: 40, prediction: 'A' }]) {
      const records = log.map((record, index) => (index % 4 === 0 ? withOutcome(record, baseline, outcome) : record));
      expect((await evaluateLog({ 'log.jsonl': records })).verdict.decision).toBe('hold');
    }
  });
});

function withCandidate(record: LogRecord, outcome: unknown): LogRecord {
  return withOutcome(record, candidate, outcome);
}

function withOutcome(record: LogRecord, version: string, outcome: unknown): LogRecord {
  const outcomes: unknown = record['outcomes'];
  return { ...record, outcomes: { ...(typeof outcomes === 'object' ? outcomes : {}), [version]: outcome } };
}
