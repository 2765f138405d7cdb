import { GrowthBook } from '@growthbook/growthbook';
import { init } from '@launchdarkly/node-server-sdk';
import { TestData } from '@launchdarkly/node-server-sdk/integrations';
import { FlagdCore } from '@openfeature/flagd-core';
import { createInstance, createStaticProjectConfigManager } from '@optimizely/optimizely-sdk';
import { FlagdCore as LegacyFlagdCore } from 'flagd-core-legacy';
import { Unleash } from 'unleash-client';
import type { Assignment, SchemeName, WrittenAssignment } from '../../src/domain/exposure/assignment.ts';
import { exportedFlag, flagKey, model, versions } from './exported-flag.ts';

/** A flag with a percentage, as a vendor's SDK evaluates it by its public call. */
export interface VendorFlag {
  readonly isCandidate: (unit: string) => boolean | Promise<boolean>;
  readonly close?: () => void | Promise<void>;
}

export interface Vendor {
  readonly name: string;
  readonly scheme: SchemeName;
  /** What the plan says where the vendor hashes with this text. */
  readonly written: (salt: string) => WrittenAssignment;
  /** Gives the SDK a flag as canary exports it. @param weight in [0, 1], on the scheme's grid */
  readonly flag: (assignment: Assignment, weight: number) => VendorFlag | Promise<VendorFlag>;
}

const quiet = { debug() {}, info() {}, warn() {}, error() {} };

/** @param Core of one of flagd's generations */
function flagd(Core: typeof FlagdCore | typeof LegacyFlagdCore) {
  return (assignment: Assignment, weight: number): VendorFlag => {
    const key = flagKey(assignment);
    const core = new Core();
    core.setConfigurations(exportedFlag(assignment, weight));
    return {
      isCandidate: (unit) =>
        core.resolveStringEvaluation(key, 'none', { targetingKey: unit }, quiet).value === versions.candidate,
    };
  };
}

function growthbook(assignment: Assignment, weight: number): VendorFlag {
  const sdk = new GrowthBook(JSON.parse(exportedFlag(assignment, weight)));
  return {
    async isCandidate(id) {
      await sdk.setAttributes({ id });
      return sdk.evalFeature(flagKey(assignment)).value === versions.candidate;
    },
    close: () => sdk.destroy(),
  };
}

async function unleash(assignment: Assignment, weight: number): Promise<VendorFlag> {
  const { features } = JSON.parse(exportedFlag(assignment, weight));
  const key = flagKey(assignment);
  const sdk = new Unleash({
    appName: 'test',
    url: 'http://127.0.0.1:1/',
    bootstrap: { data: features },
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
      assignment.rule === 'rollout'
        ? sdk.isEnabled(key, { userId })
        : sdk.getVariant(key, { userId }).name === 'candidate',
    close: () => sdk.destroy(),
  };
}

async function launchdarkly(assignment: Assignment, weight: number): Promise<VendorFlag> {
  const { flags } = JSON.parse(exportedFlag(assignment, weight));
  const data = new TestData();
  await data.usePreconfiguredFlag(flags[flagKey(assignment)]);
  const client = init('key', { updateProcessor: data.getFactory(), sendEvents: false, logger: quiet });
  await client.waitForInitialization({ timeout: 10 });
  return {
    isCandidate: async (key) =>
      (await client.variation(flagKey(assignment), { kind: 'user', key }, 'none')) === versions.candidate,
    close: () => client.close(),
  };
}

function optimizely(assignment: Assignment, weight: number): VendorFlag {
  const datafile = exportedFlag(assignment, weight);
  const client = createInstance({ projectConfigManager: createStaticProjectConfigManager({ datafile }) });
  return {
    isCandidate: (unit) => client.createUserContext(unit)?.decide(model).variationKey === versions.candidate,
    close: async () => void (await client.close()),
  };
}

/** Every way in which the JavaScript SDKs of flag systems give a share that a plan can name. */
export const vendors: readonly Vendor[] = [
  { name: 'flagd, by its key', scheme: 'flagd', written: (flag) => ({ flag }), flag: flagd(FlagdCore) },
  { name: 'flagd, by a text', scheme: 'flagd', written: (salt) => ({ salt, total: 997 }), flag: flagd(FlagdCore) },
  { name: 'flagd before PR 1909', scheme: 'flagd-legacy', written: (flag) => ({ flag }), flag: flagd(LegacyFlagdCore) },
  { name: 'Unleash', scheme: 'unleash', written: (flag) => ({ flag }), flag: unleash },
  { name: 'variants of Unleash', scheme: 'unleash', written: (flag) => ({ flag, rule: 'variants' }), flag: unleash },
  ...([1, 2] as const).flatMap((hashVersion) =>
    (['rollout', 'experiment'] as const).map((rule) => ({
      name: `GrowthBook ${hashVersion}, ${rule}`,
      scheme: 'growthbook' as const,
      written: (salt: string) => ({ salt, rule, hashVersion }),
      flag: growthbook,
    })),
  ),
  { name: 'LaunchDarkly', scheme: 'launchdarkly', written: (salt) => ({ flag: model, salt }), flag: launchdarkly },
  {
    name: 'an experiment of LaunchDarkly',
    scheme: 'launchdarkly',
    written: (seed) => ({ seed: Number(seed), rule: 'experiment' }),
    flag: launchdarkly,
  },
  { name: 'Optimizely', scheme: 'optimizely', written: (flag) => ({ flag }), flag: optimizely },
];
