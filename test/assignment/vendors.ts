import { GrowthBook } from '@growthbook/growthbook';
import { init } from '@launchdarkly/node-server-sdk';
import { TestData } from '@launchdarkly/node-server-sdk/integrations';
import { FlagdCore } from '@openfeature/flagd-core';
import { createInstance, createStaticProjectConfigManager } from '@optimizely/optimizely-sdk';
import { Unleash } from 'unleash-client';
import type { SchemeName, WrittenAssignment } from '../../src/domain/exposure/assignment.ts';

/** A flag with a percentage, as a vendor's SDK evaluates it by its public call. */
export interface VendorFlag {
  readonly isCandidate: (unit: string) => boolean | Promise<boolean>;
  readonly close?: () => void | Promise<void>;
}

export interface Vendor {
  readonly name: string;
  readonly scheme: SchemeName;
  readonly assignment: WrittenAssignment;
  /** @param weight in [0, 1], on the scheme's grid. @param salt whatever the vendor hashes beside the unit */
  readonly flag: (salt: string, weight: number) => VendorFlag | Promise<VendorFlag>;
  /** What the plan says where the vendor hashes with this text. */
  readonly written: (salt: string) => WrittenAssignment;
}

const quiet = { debug() {}, info() {}, warn() {}, error() {} };

/** Weights that sum up to a total, the candidate's first. */
function parts(weight: number, total: number): readonly [number, number] {
  const candidate = Math.round(weight * total);
  return [candidate, total - candidate];
}

function flagd(total: number, bySalt: boolean) {
  return (salt: string, weight: number): VendorFlag => {
    const [candidate, baseline] = parts(weight, total);
    const key = bySalt ? 'model-x' : salt;
    const text = bySalt ? [{ cat: [salt, { var: 'targetingKey' }] }] : [];
    const fractional = [...text, ['candidate', candidate], ['baseline', baseline]];
    const flag = { state: 'ENABLED', variants: { candidate: 'new', baseline: 'old' }, defaultVariant: 'baseline' };
    const core = new FlagdCore();
    core.setConfigurations(JSON.stringify({ flags: { [key]: { ...flag, targeting: { fractional } } } }));
    return {
      isCandidate: (unit) => core.resolveStringEvaluation(key, 'none', { targetingKey: unit }, quiet).value === 'new',
    };
  };
}

function growthbook(rule: 'rollout' | 'experiment', hashVersion: 1 | 2) {
  return (seed: string, weight: number): VendorFlag => {
    const given =
      rule === 'rollout'
        ? { force: 'new', coverage: weight }
        : { variations: ['new', 'old'], weights: [weight, 1 - weight], coverage: 1, key: 'experiment' };
    const sdk = new GrowthBook({
      features: { m: { defaultValue: 'old', rules: [{ ...given, seed, hashVersion, hashAttribute: 'id' }] } },
    });
    return {
      async isCandidate(id) {
        await sdk.setAttributes({ id });
        return sdk.evalFeature('m').value === 'new';
      },
      close: () => sdk.destroy(),
    };
  };
}

function unleash(rule: 'rollout' | 'variants') {
  return async (groupId: string, weight: number): Promise<VendorFlag> => {
    const [candidate, baseline] = parts(weight, 1000);
    const variants = [
      { name: 'candidate', weight: candidate, stickiness: 'userId' },
      { name: 'baseline', weight: baseline, stickiness: 'userId' },
    ];
    const rollout = rule === 'rollout' ? String(Math.round(weight * 100)) : '100';
    const strategy = { name: 'flexibleRollout', parameters: { rollout, groupId, stickiness: 'userId' } };
    const own = rule === 'rollout' ? strategy : { ...strategy, variants };
    const feature = { name: 'm', type: 'release', enabled: true, project: 'p', stale: false, impressionData: false };
    const sdk = new Unleash({
      appName: 'test',
      url: 'http://127.0.0.1:1/',
      bootstrap: { data: [{ ...feature, strategies: [{ ...own, constraints: [] }] }] },
      refreshInterval: 0,
      disableMetrics: true,
      skipInstanceCountWarning: true,
    });
    // Nobody listens at that address, and nobody needs to.
    sdk.on('error', () => undefined);
    sdk.on('warn', () => undefined);
    await new Promise<void>((done) => void sdk.once('ready', () => done()));
    return {
      isCandidate: (userId) =>
        rule === 'rollout' ? sdk.isEnabled('m', { userId }) : sdk.getVariant('m', { userId }).name === 'candidate',
      close: () => sdk.destroy(),
    };
  };
}

function launchdarkly(rule: 'rollout' | 'experiment') {
  return async (salt: string, weight: number): Promise<VendorFlag> => {
    const [candidate, baseline] = parts(weight, 100_000);
    const variations = [
      { variation: 0, weight: candidate },
      { variation: 1, weight: baseline },
    ];
    const seeded = rule === 'experiment' ? { kind: 'experiment', seed: Number(salt) } : {};
    const data = new TestData();
    await data.usePreconfiguredFlag({
      key: 'model-x',
      version: 1,
      on: true,
      salt,
      variations: ['new', 'old'],
      fallthrough: { rollout: { ...seeded, variations } },
      rules: [],
      targets: [],
      prerequisites: [],
    });
    const client = init('key', { updateProcessor: data.getFactory(), sendEvents: false, logger: quiet });
    await client.waitForInitialization({ timeout: 10 });
    return {
      isCandidate: async (key) => (await client.variation('model-x', { kind: 'user', key }, 'none')) === 'new',
      close: () => client.close(),
    };
  };
}

const emptyLists = ['rollouts', 'typedAudiences', 'audiences', 'groups', 'attributes', 'events', 'variables'];

function optimizely(id: string, weight: number): VendorFlag {
  const [candidate] = parts(weight, 10_000);
  const variations = ['candidate', 'baseline'].map((key) => ({ id: key, key, featureEnabled: true, variables: [] }));
  const trafficAllocation = [
    { entityId: 'candidate', endOfRange: candidate },
    { entityId: 'baseline', endOfRange: 10_000 },
  ];
  const experiment = { id, key: 'rule', status: 'Running', layerId: 'l', audienceIds: [], forcedVariations: {} };
  const datafile = {
    version: '4',
    projectId: 'p',
    accountId: 'a',
    revision: '1',
    anonymizeIP: true,
    ...Object.fromEntries(emptyLists.map((key) => [key, []])),
    featureFlags: [{ id: 'f', key: 'm', rolloutId: '', experimentIds: [id], variables: [] }],
    experiments: [{ ...experiment, variations, trafficAllocation }],
  };
  const client = createInstance({
    projectConfigManager: createStaticProjectConfigManager({ datafile: JSON.stringify(datafile) }),
  });
  return {
    isCandidate: (unit) => client.createUserContext(unit)?.decide('m').variationKey === 'candidate',
    close: async () => void (await client.close()),
  };
}

const bySalt = (salt: string): WrittenAssignment => ({ salt });
const byFlag = (flag: string): WrittenAssignment => ({ flag });

/** Every way in which the SDKs of flag systems give a share that a plan can name. */
export const vendors: readonly Vendor[] = [
  { name: 'flagd, by its key', scheme: 'flagd', assignment: {}, written: byFlag, flag: flagd(10_000, false) },
  { name: 'flagd, by a text', scheme: 'flagd', assignment: { total: 997 }, written: bySalt, flag: flagd(997, true) },
  { name: 'Unleash', scheme: 'unleash', assignment: {}, written: byFlag, flag: unleash('rollout') },
  {
    name: 'variants of Unleash',
    scheme: 'unleash',
    assignment: { rule: 'variants' },
    written: byFlag,
    flag: unleash('variants'),
  },
  ...([1, 2] as const).flatMap((hashVersion) =>
    (['rollout', 'experiment'] as const).map((rule) => ({
      name: `GrowthBook ${hashVersion}, ${rule}`,
      scheme: 'growthbook' as const,
      assignment: { rule, hashVersion },
      written: bySalt,
      flag: growthbook(rule, hashVersion),
    })),
  ),
  {
    name: 'LaunchDarkly',
    scheme: 'launchdarkly',
    assignment: {},
    written: (salt) => ({ flag: 'model-x', salt }),
    flag: launchdarkly('rollout'),
  },
  {
    name: 'an experiment of LaunchDarkly',
    scheme: 'launchdarkly',
    assignment: { rule: 'experiment' },
    written: (salt) => ({ seed: Number(salt) }),
    flag: launchdarkly('experiment'),
  },
  { name: 'Optimizely', scheme: 'optimizely', assignment: {}, written: byFlag, flag: optimizely },
];
