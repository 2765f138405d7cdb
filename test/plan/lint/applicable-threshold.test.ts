import { describe, expect, test } from 'vitest';
import type { ModelRegistry, ModelVersion, OutputSignature } from '../../../src/domain/registry.ts';
import { lintPlan } from '../../../src/plan/lint/lint-plan.ts';
import { asLine, parsed, shortPlan } from '../plan-text.ts';

const fraud: OutputSignature = { kind: 'classification', labels: ['legit', 'fraud'] };
const intents: OutputSignature = { kind: 'classification', labels: ['refund', 'card', 'other'] };
const amount: OutputSignature = { kind: 'regression' };

function version(output: OutputSignature): ModelVersion {
  return { status: 'registered', artifact: { runtime: 'recorded' }, signature: { output } };
}

/** What the rule says of a threshold of 1.5.0 against 1.4.2. */
function found(threshold: string, baseline = fraud, candidate = fraud): string[] {
  const registry: ModelRegistry = {
    schemaVersion: 1,
    model: 'intent',
    revision: 0,
    aliases: { stable: '1.4.2' },
    traffic: {},
    versions: { '1.4.2': version(baseline), '1.5.0': version(candidate) },
    rollouts: {},
    history: [],
  };
  return lintPlan({ ...parsed(`${shortPlan}threshold: ${threshold}\n`), registry })
    .filter(({ rule }) => rule === 'applicable-threshold')
    .map((finding) => `${finding.severity} ${asLine(finding).replace('rollouts/a.yaml:', '')}`);
}

describe('a threshold', () => {
  test.each(['0.5', '{ baseline: 0.5, candidate: 0.4 }', '{ 1.4.2: 0.5, candidate: 0.4 }', '{ 1.5.0: 0.4 }'])(
    'of %s applies to two versions of two labels',
    (threshold) => {
      expect(found(threshold)).toEqual([]);
    },
  );

  test('of a version that is not compared names the nearest that is', () => {
    expect(found('{ candidat: 0.5 }')).toEqual([
      'error 11:14 threshold: candidat is neither of the two versions; did you mean candidate?',
    ]);
  });

  test('of a name that every object has is of no version', () => {
    expect(found('{ constructor: 0.5 }')).toHaveLength(1);
  });

  test('of a version under both of its names is told', () => {
    expect(found('{ candidate: 0.5, 1.5.0: 0.4 }')).toEqual([
      'error 11:30 threshold: 1.5.0 is the candidate, which has a different one; keep one of the two',
    ]);
  });

  test('of versions with three labels is told of each', () => {
    expect(found('0.5', intents, intents)).toEqual([
      'error 11:12 threshold: it takes two labels, and 1.4.2 has 3; delete it',
      'error 11:12 threshold: it takes two labels, and 1.5.0 has 3; delete it',
    ]);
  });

  test('of one version does not ask for two labels of the other', () => {
    expect(found('{ candidate: 0.5 }', intents, fraud)).toEqual([]);
    expect(found('{ baseline: 0.5, candidate: 0.5 }', intents, fraud)).toEqual([
      'error 11:1 threshold: it takes two labels, and 1.4.2 has 3; delete it, or name only the other version',
    ]);
  });

  test('of a regression is told', () => {
    expect(found('0.5', amount, amount)[0]).toBe(
      'error 11:12 threshold: it takes two labels, and 1.4.2 is a regression; delete it',
    );
  });
});
