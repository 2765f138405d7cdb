import {
  type DefinitionReader,
  type Fields,
  fieldsOf,
  flagAmong,
  listOf,
  numberIn,
  shareAmong,
  textIn,
  Unreadable,
} from './definition.ts';

/** A feature as Unleash's client API gives it: one gradual rollout, or the variants within it. */
export const readUnleash: DefinitionReader = (document, { flag, names }) => {
  const list = fieldsOf(document)['features'] ?? [document];
  const named = listOf(list).map((each) => [textIn(fieldsOf(each)['name']) ?? '', fieldsOf(each)] as const);
  const groups = named.filter(([name, feature]) => name === flag || groupOf(feature, name) === flag);
  const [name, feature] = flagAmong(groups.length > 0 ? groups.map(([, each]) => [flag ?? '', each]) : named, flag);
  const strategies = listOf(feature['strategies']).map(fieldsOf);
  const at = strategies.findIndex((strategy) => strategy['name'] === 'flexibleRollout');
  const rollout = strategies[at];
  if (rollout === undefined) throw new Unreadable('has no strategy flexibleRollout');
  const parameters = fieldsOf(rollout['parameters']);
  const percent = numberIn(parameters['rollout']) ?? 0;
  const ownVariants = listOf(rollout['variants']).map(fieldsOf);
  const variants = ownVariants.length > 0 ? ownVariants : listOf(feature['variants']).map(fieldsOf);
  const before = [
    ...(feature['enabled'] === false ? ['its switch, which is off'] : []),
    ...(listOf(feature['dependencies']).length > 0 ? ['the features that it depends on'] : []),
    ...strategies.slice(0, at).map((strategy) => `the strategy ${textIn(strategy['name']) ?? ''}`),
    ...strategies.slice(at + 1).map((strategy) => `the strategy ${textIn(strategy['name']) ?? ''} beside it`),
    ...(listOf(rollout['constraints']).length > 0 ? ['constraints of its strategy'] : []),
    ...(listOf(rollout['segments']).length > 0 ? ['segments of its strategy'] : []),
    ...(parameters['stickiness'] === 'random' ? ['its stickiness, which is random'] : []),
  ];
  const groupId = groupOf(feature, textIn(feature['name']) ?? name);
  if (variants.length < 2) {
    return { settings: { flag: groupId, rule: 'rollout' }, share: { weight: percent / 100, first: true }, before };
  }
  const entries = variants.map((variant) => ({
    names: [textIn(variant['name']), textIn(fieldsOf(variant['payload'])['value'])],
    weight: numberIn(variant['weight']) ?? 0,
  }));
  const total = entries.reduce((sum, { weight }) => sum + weight, 0);
  return {
    settings: { flag: ownVariants.length > 0 ? groupId : (textIn(feature['name']) ?? name), rule: 'variants', total },
    ...shareAmong(entries, names, total),
    before: percent === 100 ? before : [...before, `its rollout to ${percent}%`],
  };
};

function groupOf(feature: Fields, name: string): string {
  const [group] = listOf(feature['strategies']).flatMap(
    (each) => textIn(fieldsOf(fieldsOf(each)['parameters'])['groupId']) ?? [],
  );
  return group === undefined || group === '' ? name : group;
}
