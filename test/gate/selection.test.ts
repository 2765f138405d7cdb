import { describe, expect, test } from 'vitest';
import { checkOf } from './planted-log.ts';
import { type Asked, evaluated, logOf, refusing, type Told, usual } from './selected-log.ts';

const crash = { error: 'crash' };

/** The same answers with scores, which are sure of what is easy. */
function scored(tell: (asked: Asked) => Told): (asked: Asked) => Told {
  return (asked) => {
    const { prediction, ...rest } = tell(asked);
    const score = asked.hard ? 0.5 : 0.8;
    const scores = { a: prediction === 'a' ? score : 1 - score, b: prediction === 'a' ? 1 - score : score, c: 0 };
    return prediction === undefined ? rest : { ...rest, prediction: { label: prediction, scores } };
  };
}

/** Right and equally fast throughout. */
function fast({ draw }: Asked): Told {
  return { prediction: 'a', latency_ms: 40 + 0.5 * draw() };
}

/** Wrong once in twenty. */
function seldomWrong(asked: Asked): Told {
  return { ...usual(asked), prediction: asked.draw() < 0.05 ? 'b' : 'a' };
}

/** Wrong three times of ten. */
function worse(asked: Asked): Told {
  return { ...usual(asked), prediction: asked.draw() < 0.7 ? 'a' : 'b' };
}

/** Truth that is there only where both say the same. */
function ofLikeAnswers(_asked: Asked, before: Told, after: Told): string | undefined {
  return before.prediction === after.prediction ? 'a' : undefined;
}

describe('a candidate that fails on exactly the hard requests passes none of', () => {
  test.each([
    ['agreement', '{ metric: agreement, min: 75% }'],
    ['precision', '{ metric: precision(a), maxDecrease: 2pp }'],
    ['log_loss', '{ metric: log_loss, maxIncrease: 0.2 }'],
    ['latency.mean', '{ metric: latency.mean, maxIncrease: 10ms }'],
    ['a quantile of latency', '{ metric: latency.p95, maxIncrease: 10% }'],
    ['its own latency', '{ metric: latency.p90, max: 150ms }'],
  ])('%s', async (_name, guardrail) => {
    const evidence = await evaluated(logOf({ baseline: scored(usual), candidate: scored(refusing(crash)) }), [
      guardrail,
    ]);
    expect(evidence.guardrails[0]).toMatchObject({ status: 'pass' });
    expect(checkOf(evidence, 'selection')).toMatchObject({ status: 'hold' });
    expect(evidence.verdict.decision).toBe('hold');
  });
});

describe('the check', () => {
  const latency = ['{ metric: latency.p95, maxIncrease: 10% }'];

  test('says what is left out, and what it could change', async () => {
    const evidence = await evaluated(logOf({ baseline: usual, candidate: refusing(crash) }), latency);
    expect(checkOf(evidence, 'selection').detail).toMatch(
      /^latency\.p95 leaves out 1\d\.\d% of the candidate's requests and 0% of the baseline's \(without an answer, a time, a label or an outcome\), and nothing limits what those could change$/u,
    );
  });

  test('that is to warn, warns', async () => {
    const evidence = await evaluated(logOf({ baseline: usual, candidate: refusing(crash) }), latency, {
      checks: '{ selection: warn }',
    });
    expect(checkOf(evidence, 'selection')).toMatchObject({ status: 'warn' });
    expect(evidence.verdict.decision).toBe('increase');
  });

  test('lets pass what so few requests could not change', async () => {
    // Two in a hundred fail: the 95th percentile could be the 97th, which is another of the same fast requests.
    const failing = (asked: Asked) => (asked.draw() < 0.02 ? crash : fast(asked));
    const evidence = await evaluated(logOf({ baseline: fast, candidate: failing }), latency);
    expect(checkOf(evidence, 'selection')).toMatchObject({ status: 'pass' });
    expect(evidence.verdict.decision).toBe('increase');
  });

  test('does not mind a candidate that answers where the baseline failed', async () => {
    const evidence = await evaluated(logOf({ baseline: refusing(crash), candidate: usual }), [
      '{ metric: accuracy, maxDecrease: 2pp }',
      '{ metric: precision(a), maxDecrease: 9pp }',
    ]);
    expect(checkOf(evidence, 'selection')).toMatchObject({ status: 'pass' });
  });

  test('does not apply where nothing passes', async () => {
    const evidence = await evaluated(logOf({ users: 20, baseline: usual, candidate: usual }), latency);
    expect(checkOf(evidence, 'selection')).toMatchObject({ status: 'not-applicable' });
  });
});

describe('in a live split', () => {
  test('failures that depend on the version hold what they could change', async () => {
    const evidence = await evaluated(
      logOf({ users: 4000, shape: 'live', baseline: usual, candidate: refusing(crash) }),
      ['{ metric: precision(a), maxDecrease: 5pp }'],
    );
    expect(evidence.guardrails[0]).toMatchObject({ status: 'pass' });
    expect(checkOf(evidence, 'selection')).toMatchObject({ status: 'hold' });
  });

  test('labels that are missing where the candidate is wrong hold', async () => {
    const evidence = await evaluated(
      logOf({
        users: 4000,
        shape: 'live',
        baseline: usual,
        candidate: worse,
        label: ({ user }, _before, after) => (user % 5 === 0 && after.prediction !== 'a' ? undefined : 'a'),
      }),
      ['{ metric: accuracy, maxDecrease: 3pp }'],
    );
    expect(evidence.guardrails[0]).toMatchObject({ status: 'pass' });
    expect(checkOf(evidence, 'selection')).toMatchObject({ status: 'hold' });
  });
});

describe('labels that are missing for exactly the requests on which the versions differ', () => {
  const guardrail = ['{ metric: accuracy, maxDecrease: 3pp }'];
  test('hold a candidate that nobody saw fail', async () => {
    const evidence = await evaluated(logOf({ baseline: usual, candidate: worse, label: ofLikeAnswers }), guardrail);
    expect(evidence.guardrails[0]).toMatchObject({ status: 'pass' });
    expect(checkOf(evidence, 'selection').detail).toMatch(
      /^the truth is known of 0% of the requests on which the versions differ and of 100% of those on which they do not/u,
    );
    expect(evidence.verdict.decision).toBe('hold');
  });

  test('hold where they are few', async () => {
    // About 25 of 500 requests, by fewer users than an interval needs.
    const evidence = await evaluated(
      logOf({ users: 250, baseline: fast, candidate: seldomWrong, label: ofLikeAnswers }),
      guardrail,
    );
    expect(evidence.guardrails[0]).toMatchObject({ status: 'pass' });
    expect(evidence.verdict.decision).toBe('hold');
  });

  test('count what was not answered as a difference', async () => {
    const evidence = await evaluated(
      logOf({
        baseline: usual,
        candidate: refusing(crash),
        label: ({ hard }) => (hard ? undefined : 'a'),
      }),
      guardrail,
    );
    expect(evidence.guardrails[0]).toMatchObject({ status: 'pass' });
    expect(evidence.verdict.decision).toBe('hold');
  });
});

test('outcomes of the candidate that are nowhere in the log hold', async () => {
  const records = logOf({ baseline: usual, candidate: refusing({ error: 'gone' }) }).map((record) => {
    const outcomes = Object.entries(record['outcomes'] ?? {});
    const answers = outcomes.filter(([, outcome]) => JSON.stringify(outcome).includes('prediction'));
    return { ...record, outcomes: Object.fromEntries(answers) };
  });
  const evidence = await evaluated(records, ['{ metric: accuracy, maxDecrease: 3pp }']);
  expect(evidence.guardrails[0]).toMatchObject({ status: 'pass' });
  expect(evidence.verdict.decision).toBe('hold');
});
