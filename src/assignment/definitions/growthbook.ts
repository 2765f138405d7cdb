import {
  type DefinitionReader,
  type Fields,
  fieldsOf,
  flagAmong,
  listOf,
  numberIn,
  textIn,
  Unreadable,
} from './definition.ts';

/** A feature as GrowthBook's SDK endpoint gives it, with one rule that gives a share. */
export const readGrowthbook: DefinitionReader = (document, { flag, names }) => {
  const features = Object.entries(fieldsOf(fieldsOf(document)['features'])).map(
    ([key, value]) => [key, fieldsOf(value)] as const,
  );
  const [key, feature] = flagAmong(features, flag);
  const rules = listOf(feature['rules']).map(fieldsOf);
  const at = rules.findIndex((rule) => 'coverage' in rule || 'variations' in rule);
  const rule = rules[at];
  if (rule === undefined) throw new Unreadable('has no rule with a coverage or with variations');
  const experiment = 'variations' in rule;
  const before = [
    ...rules
      .slice(0, at)
      .map(
        (each, index) => `rule ${index + 1}${'force' in each ? `, which gives ${JSON.stringify(each['force'])}` : ''}`,
      ),
    ...Object.keys(conditions)
      .filter((name) => name in rule)
      .map((name) => conditions[name] ?? name),
    ...('range' in rule || 'ranges' in rule ? ['its ranges'] : []),
  ];
  const salt = textIn(rule['seed']) ?? (experiment ? textIn(rule['key']) : undefined) ?? key;
  const hashVersion = rule['hashVersion'] === 2 ? 2 : 1;
  const coverage = numberIn(rule['coverage']) ?? 1;
  const share = experiment ? variationShare(rule, names, coverage) : { weight: coverage, first: true };
  return {
    settings: { flag: key, salt, rule: experiment ? 'experiment' : 'rollout', hashVersion },
    ...(share === undefined ? {} : { share }),
    before,
  };
};

const conditions: Readonly<Record<string, string>> = {
  condition: 'the condition of its rule',
  parentConditions: 'the features that its rule depends on',
  namespace: 'the namespace of its rule',
  filters: 'the filters of its rule',
};

function variationShare(rule: Fields, names: readonly string[], coverage: number) {
  const variations = listOf(rule['variations']);
  const meta = listOf(rule['meta']).map(fieldsOf);
  const weights = listOf(rule['weights']);
  const at = variations.findIndex((value, index) =>
    [textIn(value), textIn(meta[index]?.['key']), textIn(meta[index]?.['name'])].some(
      (name) => name !== undefined && names.includes(name),
    ),
  );
  if (at < 0) return undefined;
  const first = weights.slice(0, at).every((weight) => weight === 0);
  return { weight: coverage * (numberIn(weights[at]) ?? 1 / variations.length), first: at === 0 || first };
}
