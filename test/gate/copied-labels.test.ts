import { describe, expect, test } from 'vitest';
import { checkOf } from './planted-log.ts';
import { type Asked, evaluated, logOf, type Told, usual } from './selected-log.ts';

const accuracy = ['{ metric: accuracy, maxDecrease: 3pp }'];

/** Wrong three times of ten. */
function worse({ draw }: Asked): Told {
  return { prediction: draw() < 0.7 ? 'a' : 'b', latency_ms: 40 };
}

/** Of two classes: the right one for all but a share of requests. */
function wrongOn(share: number): (asked: Asked) => Told {
  return ({ user, draw }) => ({ prediction: (user % 2 === 0) === draw() < share ? 'b' : 'a', latency_ms: 40 });
}

/** Wrong once in a thousand. */
function nearlyPerfect({ draw }: Asked): Told {
  return { prediction: draw() < 0.999 ? 'a' : 'b', latency_ms: 40 };
}

/** Never wrong, of labels that differ. */
function perfect(): Told {
  return { prediction: 'a', latency_ms: 40 };
}

function told({ prediction }: Told): string | undefined {
  return typeof prediction === 'string' ? prediction : undefined;
}

const ofCandidate = (_asked: Asked, _before: Told, after: Told) => told(after);
const ofBaseline = (_asked: Asked, before: Told) => told(before);
/** What the version that serves in a live split answers. */
const ofServed = ({ user }: Asked, before: Told, after: Told) => told(user % 5 === 0 ? after : before);

describe('labels that are the answers of the candidate', () => {
  test.each([2000, 150])('hold what they pass, in pairs of %i users', async (users) => {
    const { guardrails, checks, verdict } = await evaluated(
      logOf({ users, baseline: wrongOn(0.1), candidate: wrongOn(0.3), label: ofCandidate }),
      accuracy,
    );
    expect(guardrails[0]).toMatchObject({ status: 'pass' });
    expect(checkOf({ checks }, 'labels')).toMatchObject({ status: 'hold' });
    expect(checkOf({ checks }, 'labels').detail).toContain('true labels is what 1.1.0 answered');
    expect(verdict.decision).toBe('hold');
  });

  test('decide where the plan says that it is never wrong', async () => {
    const { checks, verdict } = await evaluated(
      logOf({ baseline: usual, candidate: perfect, label: () => 'a' }),
      accuracy,
      { checks: '{ labels: warn }' },
    );
    expect(checkOf({ checks }, 'labels')).toMatchObject({ status: 'warn' });
    expect(verdict.decision).toBe('increase');
  });

  test('matter to no guardrail without truth', async () => {
    const { checks, verdict } = await evaluated(
      logOf({ baseline: wrongOn(0.1), candidate: wrongOn(0.3), label: ofCandidate }),
      ['{ metric: error_rate, maxIncrease: 1pp }'],
    );
    expect(checkOf({ checks }, 'labels')).toMatchObject({ status: 'warn' });
    expect(verdict.decision).toBe('increase');
  });

  test('hold in a live split, whatever the labels of the others are', async () => {
    const { checks, verdict } = await evaluated(
      logOf({
        users: 4000,
        shape: 'live',
        baseline: usual,
        candidate: worse,
        label: ({ user }, _before, after) => (user % 5 === 0 ? told(after) : 'a'),
      }),
      accuracy,
    );
    expect(checkOf({ checks }, 'labels')).toMatchObject({ status: 'hold' });
    expect(verdict.decision).toBe('hold');
  });

  test.each([
    ['accuracy against the baseline', accuracy],
    ['its own accuracy', ['{ metric: accuracy, min: 50% }']],
  ])('hold in a live split that labels nothing else: %s', async (_, guardrails) => {
    const { verdict } = await evaluated(
      logOf({
        users: 4000,
        shape: 'live',
        baseline: usual,
        candidate: worse,
        label: ({ user }, _before, after) => (user % 5 === 0 ? told(after) : undefined),
      }),
      guardrails,
    );
    expect(verdict.decision).toBe('hold');
  });
});

test('labels of a live split that are always what was answered hold: such a log cannot contain a wrong answer', async () => {
  const { guardrails, checks, verdict } = await evaluated(
    logOf({ users: 4000, shape: 'live', baseline: usual, candidate: worse, label: ofServed }),
    accuracy,
  );
  expect(guardrails[0]).toMatchObject({ status: 'pass' });
  expect(checkOf({ checks }, 'labels').detail).toContain('no answer of either version is ever wrong');
  expect(verdict.decision).toBe('hold');
});

test('labels that are the answers of the baseline warn, and keep nothing from being rolled back', async () => {
  const { checks, verdict } = await evaluated(
    logOf({ baseline: usual, candidate: worse, label: ofBaseline }),
    accuracy,
  );
  expect(checkOf({ checks }, 'labels')).toMatchObject({ status: 'warn' });
  expect(verdict.decision).toBe('rollback');
});

describe('a candidate is not suspected', () => {
  test('that is wrong once in a thousand', async () => {
    const { verdict } = await evaluated(logOf({ baseline: usual, candidate: nearlyPerfect }), accuracy);
    expect(verdict.decision).toBe('increase');
  });

  test('that answers like the baseline throughout, both always right', async () => {
    const { verdict } = await evaluated(logOf({ baseline: perfect, candidate: perfect }), accuracy);
    expect(verdict.decision).toBe('increase');
  });
});
