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

const total = 10_000;

/** A rule (an experiment, or a step of a rollout) of Optimizely's datafile. */
export const readOptimizely: DefinitionReader = (document, { flag, names }) => {
  const { experiments, rollouts, groups } = fieldsOf(document);
  const grouped = listOf(groups).flatMap((group) => listOf(fieldsOf(group)['experiments']).map(fieldsOf));
  if (flag !== undefined && grouped.some((each) => isNamed(each, flag)))
    throw new Unreadable(`has ${flag} in a group, which assigns users by a bucket of its own; that is not supported`);
  const rules = [
    ...listOf(experiments),
    ...listOf(rollouts).flatMap((each) => listOf(fieldsOf(each)['experiments'])),
  ].map(fieldsOf);
  const named = rules.map(
    (each) => [flag !== undefined && isNamed(each, flag) ? flag : (textIn(each['id']) ?? ''), each] as const,
  );
  const [, rule] = flagAmong(named, flag);
  const variations = new Map(
    listOf(rule['variations'])
      .map(fieldsOf)
      .map(({ id, key }) => [textIn(id), textIn(key)]),
  );
  const ranges = listOf(rule['trafficAllocation']).map(fieldsOf);
  const at = ranges.findIndex(({ entityId }) => {
    const id = textIn(entityId);
    return id !== undefined && [id, variations.get(id)].some((name) => name !== undefined && names.includes(name));
  });
  const end = numberIn(ranges[at]?.['endOfRange']);
  const begin = numberIn(ranges[at - 1]?.['endOfRange']) ?? 0;
  const id = textIn(rule['id']);
  if (id === undefined) throw new Unreadable('has a rule without an id');
  return {
    settings: { flag: id },
    ...(end === undefined ? {} : { share: { weight: (end - begin) / total, first: begin === 0 } }),
    before: [
      ...(rule['status'] === 'Running' || rule['status'] === undefined
        ? []
        : [`its status, which is ${JSON.stringify(rule['status'])}`]),
      ...(listOf(rule['audienceIds']).length > 0 || rule['audienceConditions'] !== undefined ? ['its audiences'] : []),
      ...(Object.keys(fieldsOf(rule['forcedVariations'])).length > 0 ? ['its forced variations'] : []),
    ],
  };
};

function isNamed({ id, key }: Fields, flag: string): boolean {
  return textIn(id) === flag || textIn(key) === flag;
}
