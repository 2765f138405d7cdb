import type { Assignment, SchemeName } from '../../domain/exposure/assignment.ts';
import type { RenderedRoute, RouteFacts, RouteTarget, Shares } from '../route-target.ts';

type FlagDocument = (facts: RouteFacts, key: string, shares: Shares) => object;

/** A flag whose system decides by its own hash, in JSON as the system exports it. */
function flagTarget(schemes: readonly [SchemeName, ...SchemeName[]], document: FlagDocument): RouteTarget {
  return {
    names: {},
    sides: {},
    schemes,
    exposes: 'exact',
    text: 'json',
    render: (facts, _route, shares): RenderedRoute => ({ document: document(facts, keyOf(facts), shares) }),
  };
}

/** The flag's key; of a flag of which only the salt is known, the model's name. */
function keyOf({ assignment, model }: RouteFacts): string {
  return assignment.flag ?? model;
}

/** The two versions in the order in which a flag lists them: the candidate first, so that who has it keeps it. */
function listed({ versions }: RouteFacts): readonly [string, string] {
  return [versions.candidate, versions.baseline];
}

/** The same definition whatever generation of flagd reads it: the plan's scheme says which does. */
export const flagd = flagTarget(['flagd', 'flagd-legacy', 'flagd-cbor'], (facts, key, shares) => {
  const { salt, flag } = facts.assignment;
  const [candidate, baseline] = listed(facts);
  const text = salt === flag ? [] : [{ cat: [salt, { var: 'targetingKey' }] }];
  const fractional = [...text, ['candidate', shares.candidate], ['baseline', shares.baseline]];
  const variants = { candidate, baseline };
  return { flags: { [key]: { state: 'ENABLED', variants, defaultVariant: 'baseline', targeting: { fractional } } } };
});

export const unleash = flagTarget(['unleash'], (facts, key, shares) => {
  const byVariant = facts.assignment.rule === 'variants';
  const rollout = String(byVariant ? 100 : shares.candidate);
  const parameters = { rollout, groupId: key, stickiness: 'userId' };
  const [candidate, baseline] = listed(facts).map((value) => ({ type: 'string', value }));
  const variants = [
    { name: 'candidate', weight: shares.candidate, weightType: 'fix', stickiness: 'userId', payload: candidate },
    { name: 'baseline', weight: shares.baseline, weightType: 'variable', stickiness: 'userId', payload: baseline },
  ];
  const strategy = { name: 'flexibleRollout', constraints: [], parameters, ...(byVariant ? { variants } : {}) };
  // The SDKs of some languages read no document without its version, which is that of Unleash's client API.
  return { version: 2, features: [{ name: key, type: 'release', enabled: true, strategies: [strategy] }] };
});

export const growthbook = flagTarget(['growthbook'], (facts, key, shares) => {
  const { salt, rule, hashVersion } = facts.assignment;
  const [candidate, baseline] = listed(facts);
  const hashed = { hashAttribute: 'id', seed: salt, hashVersion };
  const weights = [shares.candidate / shares.total, shares.baseline / shares.total];
  const given =
    rule === 'experiment'
      ? { key, variations: [candidate, baseline], weights, coverage: 1 }
      : { force: candidate, coverage: weights[0] };
  return { features: { [key]: { defaultValue: baseline, rules: [{ ...given, ...hashed }] } } };
});

export const launchdarkly = flagTarget(['launchdarkly'], (facts, key, shares) => {
  const { assignment } = facts;
  const variations = [
    { variation: 0, weight: shares.candidate },
    { variation: 1, weight: shares.baseline },
  ];
  const experiment = assignment.rule === 'experiment' ? { kind: 'experiment' } : {};
  const seed = assignment.seed === undefined ? {} : { seed: assignment.seed };
  const rollout = { ...experiment, ...seed, variations };
  return {
    flags: {
      [key]: {
        key,
        on: true,
        ...(assignment.seed === undefined ? { salt: saltOf(assignment, key) } : {}),
        variations: listed(facts),
        fallthrough: { rollout },
        offVariation: 1,
        prerequisites: [],
        targets: [],
        rules: [],
      },
    },
  };
});

/** The flag's own part of the text that is hashed, which begins with its key. */
function saltOf({ salt }: Assignment, key: string): string {
  return salt.slice(key.length + 1);
}

export const optimizely = flagTarget(['optimizely'], (facts, id, shares) => {
  const [candidate, baseline] = listed(facts);
  const variations = [
    { id: `${id}-candidate`, key: candidate },
    { id: `${id}-baseline`, key: baseline },
  ];
  const trafficAllocation = [
    { entityId: `${id}-candidate`, endOfRange: shares.candidate },
    { entityId: `${id}-baseline`, endOfRange: shares.total },
  ];
  return {
    experiments: [
      { id, key: id, status: 'Running', audienceIds: [], forcedVariations: {}, variations, trafficAllocation },
    ],
  };
});
