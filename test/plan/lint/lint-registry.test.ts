import { describe, expect, test } from 'vitest';
import type { ModelRegistry, ModelVersion } from '../../../src/domain/registry.ts';
import { lintPlan } from '../../../src/plan/lint/lint-plan.ts';
import { asLine, examplePlan, parsed, planWith } from '../plan-text.ts';

const labels = ['refund', 'card', 'other'];

function version(changes: Partial<ModelVersion> = {}): ModelVersion {
  return {
    status: 'registered',
    artifact: { runtime: 'tfjs', path: 'models/intent', sha256: 'a'.repeat(64) },
    data_hash: 'sha256:data',
    code_hash: 'sha256:code',
    signature: { input: { kind: 'text' }, output: { kind: 'classification', labels } },
    ...changes,
  };
}

function registryOf(versions: Readonly<Record<string, ModelVersion>>, aliases = { stable: '1.4.2' }): ModelRegistry {
  return { schemaVersion: 1, model: 'intent', revision: 0, aliases, traffic: {}, versions, rollouts: {}, history: [] };
}

function withOutput(output: ModelVersion['signature']['output']): ModelVersion {
  return version({ signature: { input: { kind: 'text' }, output } });
}

const retrain = version({ data_hash: 'sha256:more-data' });

function lint(registry: ModelRegistry, text = examplePlan): string[] {
  return lintPlan({ ...parsed(text), registry }).map((finding) => `${finding.severity} ${asLine(finding)}`);
}

/** Lints a candidate of some number against the baseline 1.4.2. */
function lintCandidate(number: string, candidate: ModelVersion, baseline = version()): string[] {
  return lint(
    registryOf({ '1.4.2': baseline, [number]: candidate }),
    planWith('candidate: 1.5.0', `candidate: ${number}`),
  );
}

const at = 'rollouts/a.yaml:7:12';

test('a retrain under a new minor version has no findings', () => {
  expect(lintCandidate('1.5.0', retrain)).toEqual([]);
});

describe('versions', () => {
  test('an unknown candidate gets the nearest version and the list', () => {
    expect(lint(registryOf({ '1.4.2': version(), '1.5.1': retrain }))).toEqual([
      `error ${at} candidate: 1.5.0 is not a version or alias of intent; did you mean 1.5.1? (one of stable, 1.4.2, 1.5.1)`,
    ]);
  });

  test('a misspelt alias gets the nearest one and the list', () => {
    expect(
      lint(registryOf({ '1.4.2': version(), '1.5.0': retrain }), planWith('baseline: stable', 'baseline: stabel')),
    ).toEqual([
      'error rollouts/a.yaml:6:11 baseline: stabel is not a version or alias of intent; did you mean stable? (one of stable, 1.4.2, 1.5.0)',
    ]);
  });

  test('an alias of a version that is gone is unknown', () => {
    expect(lint(registryOf({ '1.5.0': retrain }))[0]).toContain('baseline: stable is not a version or alias of intent');
  });

  test('a registry without versions', () => {
    expect(lint(registryOf({}, { stable: '' }))).toHaveLength(2);
  });

  test('a name that every object has is not a version', () => {
    const text = planWith('candidate: 1.5.0', 'candidate: constructor');
    expect(lint(registryOf({ '1.4.2': version() }), text)[0]).toContain('candidate: constructor is not a version');
  });

  test('a candidate that is the baseline', () => {
    expect(lint(registryOf({ '1.4.2': version() }), planWith('candidate: 1.5.0', 'candidate: 1.4.2'))).toEqual([
      `error ${at} candidate: 1.4.2 is the same version as the baseline stable (1.4.2); write the version that should replace it`,
    ]);
  });
});

describe('version numbers', () => {
  test('a retrain needs a minor step', () => {
    expect(lintCandidate('1.4.3', retrain)).toEqual([
      `error ${at} candidate: 1.4.3 is a PATCH step from 1.4.2 but a MINOR change: its data_hash differs; publish it as 1.5.0`,
    ]);
  });

  test('other code needs a minor step', () => {
    expect(lintCandidate('1.4.3', version({ code_hash: 'sha256:new-code' }))[0]).toContain('its code_hash differs');
  });

  test('a re-export of the same data and code needs a patch step only', () => {
    expect(lintCandidate('1.4.3', version())).toEqual([]);
  });

  test('a larger step than the change needs is fine', () => {
    expect(lintCandidate('2.0.0', version())).toEqual([]);
  });

  test('without hashes a re-export cannot be told from a retrain', () => {
    const { data_hash: _unknown, ...unhashed } = version();
    expect(lintCandidate('1.4.3', unhashed)).toEqual([
      `error ${at} candidate: 1.4.3 is a PATCH step from 1.4.2 but a MINOR change: a data_hash is missing, so it may be a retrain; publish it as 1.5.0`,
      `warning ${at} the registry has no data_hash of 1.4.3; record the hashes of training data and code when a version is added`,
    ]);
  });

  test('a candidate older than the baseline', () => {
    expect(lintCandidate('1.3.0', retrain)).toEqual([
      `error ${at} candidate: 1.3.0 is not above the baseline 1.4.2; publish it as 1.5.0`,
    ]);
  });

  test('a name that is no semantic version', () => {
    expect(lintCandidate('november', retrain)).toEqual([
      `error ${at} candidate: november is not a semantic version; name versions MAJOR.MINOR.PATCH, such as 1.5.0`,
    ]);
  });

  test('a pre-release of the next minor version is a minor step', () => {
    expect(lintCandidate('1.5.0-rc.1', retrain)).toEqual([]);
  });

  test('a release may follow its pre-release with any change of weights', () => {
    const registry = registryOf({ '1.5.0-rc.1': version(), '1.5.0': retrain }, { stable: '1.5.0-rc.1' });
    expect(lint(registry)).toEqual([]);
  });
});

describe('a changed schema', () => {
  const map =
    'add compat.labels to 2.0.0 in the registry, which says what its labels are for callers of 1.4.2, or write withoutLabelMap: REASON if they need none; otherwise ';
  const blueGreen = 'release it blue-green: run 2.0.0 beside 1.4.2 and move the callers that are ready for it';

  test('another label set cannot share traffic, whatever the number', () => {
    const candidate = withOutput({ kind: 'classification', labels: ['refund', 'card', 'loan', 'cash'] });
    expect(lintCandidate('2.0.0', candidate)).toEqual([
      `error ${at} 2.0.0 cannot share traffic with 1.4.2: its label set has loan, cash more and lacks other; ${map}${blueGreen}`,
    ]);
  });

  test('under a minor number it is two findings', () => {
    const found = lintCandidate('1.5.0', withOutput({ kind: 'classification', labels: [...labels, 'loan'] }));
    expect(found).toHaveLength(2);
    expect(found[1]).toContain(
      '1.5.0 is a MINOR step from 1.4.2 but a MAJOR change: its label set has loan more; publish it as 2.0.0',
    );
  });

  test('another input', () => {
    const candidate = version({
      signature: { input: { kind: 'tensor', shape: [512] }, output: retrain.signature.output },
    });
    expect(lintCandidate('2.0.0', candidate)).toEqual([
      `error ${at} 2.0.0 cannot share traffic with 1.4.2: its input is tensor [512], not text; ${blueGreen}`,
    ]);
  });

  test('another kind of output', () => {
    expect(lintCandidate('2.0.0', withOutput({ kind: 'regression' }))[0]).toContain(
      'its output is a regression, not a classification',
    );
  });

  test('another unit of a regression', () => {
    const baseline = withOutput({ kind: 'regression', unit: 'EUR' });
    expect(lintCandidate('2.0.0', withOutput({ kind: 'regression', unit: 'cents' }), baseline)[0]).toContain(
      'its output is in cents, not EUR',
    );
  });

  test('the same labels in another order are the same label set', () => {
    const reordered = withOutput({ kind: 'classification', labels: labels.toReversed() });
    expect(lintCandidate('1.5.0', { ...reordered, data_hash: 'sha256:more-data' })).toEqual([]);
  });

  test('the fields of a record in another order are the same input', () => {
    const output = retrain.signature.output;
    const baseline = version({
      signature: { input: { kind: 'record', fields: { age: 'number', name: 'string' } }, output },
    });
    const candidate = version({
      signature: { input: { kind: 'record', fields: { name: 'string', age: 'number' } }, output },
    });
    expect(lintCandidate('1.4.3', candidate, baseline)).toEqual([]);
  });
});

test('each version without hashes is a warning', () => {
  const { data_hash: _data, code_hash: _code, ...unhashed } = version();
  expect(lintCandidate('1.5.0', unhashed, unhashed)).toEqual([
    'warning rollouts/a.yaml:6:11 the registry has no data_hash and no code_hash of 1.4.2; record the hashes of training data and code when a version is added',
    `warning ${at} the registry has no data_hash and no code_hash of 1.5.0; record the hashes of training data and code when a version is added`,
  ]);
});

describe('a rate at which requests are timed', () => {
  const rate = 'rollouts/a.yaml:32:32';
  const withRate = planWith('seed: 7 }', 'rate: 60 }');

  test('is nobody’s where the candidate’s outcomes are recorded', () => {
    const recorded = version({ ...retrain, artifact: { runtime: 'recorded' } });
    expect(lint(registryOf({ '1.4.2': version(), '1.5.0': recorded }), withRate)).toEqual([
      `warning ${rate} rate: nothing will be sent, since the candidate's outcomes are recorded; leave it out`,
    ]);
  });

  test('shows no queue where no guardrail is about latency', () => {
    const text = withRate
      .replaceAll('latency.p95, max: 120ms, maxIncrease: 10%', 'accuracy, min: 0.8')
      .replaceAll('latency.mean, maxIncrease: 5ms', 'agreement, min: 0.9');
    expect(
      lint(registryOf({ '1.4.2': version(), '1.5.0': retrain }), text).filter((line) => line.includes('rate: ')),
    ).toEqual([
      `warning ${rate} rate: nothing will be timed at it, since no guardrail is about latency; add one, such as { metric: latency.p95, maxIncrease: 10% }`,
    ]);
  });

  test('is fine where a model is timed', () => {
    expect(lint(registryOf({ '1.4.2': version(), '1.5.0': retrain }), withRate)).toEqual([]);
  });
});
