import { describe, expect, test } from 'vitest';
import { readDefinition } from '../../src/assignment/definitions.ts';
import type { SchemeName } from '../../src/domain/exposure/assignment.ts';

const names = ['candidate', '1.5.0'];
const read = (scheme: SchemeName, document: unknown, flag?: string) =>
  readDefinition(scheme, JSON.stringify(document), { flag, names });
const before = (scheme: SchemeName, document: unknown, flag?: string) => {
  const definition = read(scheme, document, flag);
  return 'problem' in definition ? definition.problem : definition.before;
};
const first = (weight: number) => ({ weight, first: true });

const flagdFlag = (fractional: readonly unknown[], more: object = {}) => ({
  flags: { m: { state: 'ENABLED', variants: { on: '1.5.0', off: '1.4.2' }, targeting: { fractional }, ...more } },
});

describe('flagd', () => {
  const shares = [
    ['on', 5],
    ['off', 95],
  ];

  test('says its salt, the sum of its weights and the share of the variant that is the candidate', () => {
    expect(read('flagd', flagdFlag(shares))).toEqual({
      settings: { flag: 'm', total: 100 },
      share: first(0.05),
      before: [],
    });
  });

  test.each([
    [{ var: 'targetingKey' }, ''],
    [{ cat: [{ var: '$flagd.flagKey' }, { var: 'targetingKey' }] }, 'm'],
    [{ cat: ['a-', 'b', { var: 'email' }] }, 'a-b'],
  ])('hashes with %j the unit after %j', (expression, salt) => {
    expect(read('flagd', flagdFlag([expression, ...shares]))).toMatchObject({ settings: { salt } });
  });

  test('refuses an expression that hashes something else', () => {
    const expression = { if: [{ var: 'beta' }, 'x', { var: 'targetingKey' }] };
    expect(before('flagd', flagdFlag([expression, ...shares]))).toMatch(
      /^hashes an expression that canary cannot read/u,
    );
  });

  test('tells that a candidate after another variant is not first', () => {
    expect(read('flagd', flagdFlag(shares.toReversed()))).toMatchObject({ share: { weight: 0.05, first: false } });
  });

  test('tells what decides before the percentage', () => {
    const targeting = { if: [{ var: 'beta' }, 'on', { fractional: shares }] };
    expect(before('flagd', flagdFlag(shares, { targeting, state: 'DISABLED' }))).toEqual([
      'its state, which is "DISABLED"',
      'the if of its targeting',
    ]);
  });

  test('names the flags of a file that has another', () => {
    expect(before('flagd', flagdFlag(shares), 'n')).toBe('has no flag n, but m');
  });
});

describe('Unleash', () => {
  const strategy = { name: 'flexibleRollout', parameters: { rollout: '5', groupId: 'g', stickiness: 'userId' } };
  const feature = (more: object = {}) => ({
    features: [{ name: 'm', enabled: true, strategies: [strategy], ...more }],
  });

  test('says its group and its percentage', () => {
    expect(read('unleash', feature())).toEqual({
      settings: { flag: 'g', rule: 'rollout' },
      share: first(0.05),
      before: [],
    });
  });

  test('is found by its name or its group', () => {
    expect(read('unleash', feature(), 'm')).toEqual(read('unleash', feature(), 'g'));
  });

  test('says what its variants sum up to', () => {
    const variants = [
      { name: 'candidate', weight: 5 },
      { name: 'baseline', weight: 995 },
    ];
    const everybody = { ...strategy, parameters: { ...strategy.parameters, rollout: '100' }, variants };
    expect(read('unleash', feature({ strategies: [everybody] }))).toEqual({
      settings: { flag: 'g', rule: 'variants', total: 1000 },
      share: first(0.005),
      before: [],
    });
  });

  test('tells what decides before the percentage', () => {
    const strategies = [{ name: 'userWithId' }, { ...strategy, constraints: [{}] }];
    expect(before('unleash', feature({ strategies, dependencies: [{}], enabled: false }))).toEqual([
      'its switch, which is off',
      'the features that it depends on',
      'the strategy userWithId',
      'constraints of its strategy',
    ]);
  });
});

const withRules = (...rules: readonly object[]) => ({ features: { m: { defaultValue: '1.4.2', rules } } });

describe('GrowthBook', () => {
  const variations = { variations: ['1.5.0', '1.4.2'], weights: [0.05, 0.95], key: 'experiment' };

  test('says the seed and the share of a rollout', () => {
    expect(read('growthbook', withRules({ force: '1.5.0', coverage: 0.05, hashVersion: 2, seed: 's' }))).toEqual({
      settings: { flag: 'm', salt: 's', rule: 'rollout', hashVersion: 2 },
      share: first(0.05),
      before: [],
    });
  });

  test('says the key and the share of an experiment, within its coverage', () => {
    expect(read('growthbook', withRules({ ...variations, coverage: 0.5 }))).toEqual({
      settings: { flag: 'm', salt: 'experiment', rule: 'experiment', hashVersion: 1 },
      share: first(0.025),
      before: [],
    });
  });

  test('tells what decides before the percentage', () => {
    const rules = [
      { force: 'x', condition: {} },
      { ...variations, condition: {}, namespace: ['n', 0, 1] },
    ];
    expect(before('growthbook', withRules(...rules))).toEqual([
      'rule 1, which gives "x"',
      'the condition of its rule',
      'the namespace of its rule',
    ]);
  });
});

describe('LaunchDarkly', () => {
  const rollout = {
    variations: [
      { variation: 1, weight: 5000 },
      { variation: 0, weight: 95_000 },
    ],
  };
  const flag = { key: 'm', on: true, salt: 's', variations: ['1.4.2', '1.5.0'], fallthrough: { rollout } };

  test('says its salt and the share of the variation that is the candidate', () => {
    expect(read('launchdarkly', { flags: { m: flag } })).toEqual({
      settings: { flag: 'm', salt: 's', rule: 'rollout' },
      share: first(0.05),
      before: [],
    });
  });

  test('says the seed of an experiment', () => {
    const fallthrough = { rollout: { ...rollout, kind: 'experiment', seed: 61 } };
    expect(read('launchdarkly', { ...flag, fallthrough })).toMatchObject({
      settings: { seed: 61, rule: 'experiment' },
    });
  });

  test('tells what decides before the percentage', () => {
    const more = { on: false, prerequisites: [{}], targets: [{}], rules: [{ description: 'beta' }, {}] };
    expect(before('launchdarkly', { ...flag, ...more })).toEqual([
      'its switch, which is off',
      'its prerequisites',
      'its targets',
      'rule 1 (beta)',
      'rule 2',
    ]);
  });
});

describe('Optimizely', () => {
  const rule = {
    id: 'e1',
    key: 'rule',
    status: 'Running',
    variations: [
      { id: 'v1', key: 'candidate' },
      { id: 'v2', key: 'baseline' },
    ],
    trafficAllocation: [
      { entityId: 'v1', endOfRange: 500 },
      { entityId: 'v2', endOfRange: 10_000 },
    ],
  };

  test('says the id of its rule and the share', () => {
    expect(read('optimizely', { experiments: [rule] }, 'e1')).toEqual({
      settings: { flag: 'e1' },
      share: first(0.05),
      before: [],
    });
  });

  test('refuses a group', () => {
    expect(before('optimizely', { groups: [{ experiments: [rule] }] }, 'e1')).toBe(
      'has e1 in a group, which assigns users by a bucket of its own; that is not supported',
    );
  });

  test('tells what decides before the percentage', () => {
    const more = { status: 'Paused', audienceIds: ['a'], forcedVariations: { u: 'candidate' } };
    expect(before('optimizely', { experiments: [{ ...rule, ...more }] }, 'e1')).toEqual([
      'its status, which is "Paused"',
      'its audiences',
      'its forced variations',
    ]);
  });
});

test.each(['flagd', 'unleash', 'growthbook', 'launchdarkly', 'optimizely'] as const)(
  '%s says of any other document why it cannot be used',
  (scheme) => {
    const documents = [
      null,
      [],
      3,
      'x',
      {},
      { flags: [] },
      { features: [null] },
      { experiments: [3] },
      { flags: { m: 1 } },
    ];
    for (const document of documents) expect(read(scheme, document)).toHaveProperty('problem');
    expect(readDefinition(scheme, '{', { flag: undefined, names })).toEqual({ problem: 'is not JSON' });
  },
);
