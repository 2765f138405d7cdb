import {
  type DefinitionReader,
  fieldsOf,
  flagAmong,
  listOf,
  numberIn,
  shareAmong,
  textIn,
  Unreadable,
} from './definition.ts';

const total = 100_000;

/** A flag as LaunchDarkly's SDKs get it, whose fallthrough is a percentage. */
export const readLaunchdarkly: DefinitionReader = (document, { flag, names }) => {
  const flags = Object.values(fieldsOf(fieldsOf(document)['flags'] ?? { flag: document })).map(fieldsOf);
  const [key, found] = flagAmong(
    flags.map((each) => [textIn(each['key']) ?? '', each]),
    flag,
  );
  const rollout = fieldsOf(fieldsOf(found['fallthrough'])['rollout']);
  const variations = listOf(rollout['variations']).map(fieldsOf);
  if (variations.length === 0) throw new Unreadable('has no percentage in its fallthrough');
  const values = listOf(found['variations']);
  const entries = variations.map(({ variation, weight }) => ({
    names: [textIn(values[numberIn(variation) ?? -1])],
    weight: numberIn(weight) ?? 0,
  }));
  const experiment = rollout['kind'] === 'experiment';
  const seed = numberIn(rollout['seed']);
  const salt = textIn(found['salt']);
  const targets = [...listOf(found['targets']), ...listOf(found['contextTargets'])];
  return {
    settings: {
      flag: key,
      ...(salt === undefined ? {} : { salt }),
      ...(seed === undefined ? {} : { seed }),
      rule: experiment ? 'experiment' : 'rollout',
    },
    ...shareAmong(entries, names, total),
    before: [
      ...(found['on'] === true ? [] : ['its switch, which is off']),
      ...(listOf(found['prerequisites']).length > 0 ? ['its prerequisites'] : []),
      ...(targets.length > 0 ? ['its targets'] : []),
      ...listOf(found['rules']).map((rule, index) => `rule ${index + 1}${described(fieldsOf(rule)['description'])}`),
      ...(experiment && entries.some((_, at) => variations[at]?.['untracked'] === true) ? ['its untracked part'] : []),
    ],
  };
};

function described(description: unknown): string {
  return typeof description === 'string' && description !== '' ? ` (${description})` : '';
}
