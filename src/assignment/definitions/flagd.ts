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

/** A flag of flagd's JSON, whose targeting is one `fractional`. */
export const readFlagd: DefinitionReader = (document, { flag, names }) => {
  const flags = Object.entries(fieldsOf(fieldsOf(document)['flags'])).map(
    ([key, value]) => [key, fieldsOf(value)] as const,
  );
  const [key, { targeting, state, variants }] = flagAmong(flags, flag);
  const { rule, before } = fractionalOf(targeting);
  const values = fieldsOf(variants);
  const [first, ...others] = rule;
  const isEntry = Array.isArray(first);
  const entries = (isEntry || first === undefined ? rule : others).map((entry) => {
    const [name, weight] = listOf(entry);
    const variant = textIn(name);
    return { names: [variant, textIn(values[variant ?? ''])], weight: weight === undefined ? 1 : wholeWeight(weight) };
  });
  const total = entries.reduce((sum, { weight }) => sum + weight, 0);
  return {
    settings: { flag: key, ...(isEntry ? {} : { salt: saltOf(first, key) }), total },
    ...shareAmong(entries, names, total),
    before: [
      ...(state === 'ENABLED' || state === undefined ? [] : [`its state, which is ${JSON.stringify(state)}`]),
      ...before,
    ],
  };
};

function fractionalOf(targeting: unknown): { readonly rule: readonly unknown[]; readonly before: readonly string[] } {
  const rule = fieldsOf(targeting);
  if (Array.isArray(rule['fractional'])) return { rule: rule['fractional'], before: [] };
  const branches = listOf(rule['if']);
  const inBranch = branches.map(fieldsOf).find((branch) => Array.isArray(branch['fractional']));
  if (inBranch !== undefined) return { rule: listOf(inBranch['fractional']), before: ['the if of its targeting'] };
  throw new Unreadable('has no targeting by fractional');
}

function wholeWeight(weight: unknown): number {
  const number = numberIn(weight);
  if (number === undefined || !Number.isInteger(number))
    throw new Unreadable('has a weight in fractional that is not a whole number');
  return Math.max(0, number);
}

/** What stands before the unit in the text that is hashed, where fractional says it itself. */
function saltOf(expression: unknown, flag: string): string {
  const fields: Fields = fieldsOf(expression);
  if (isUnit(fields)) return '';
  const parts = listOf(fields['cat']);
  const unit = parts.at(-1);
  if (parts.length > 0 && isUnit(fieldsOf(unit))) {
    const texts = parts.slice(0, -1).map((part) => (typeof part === 'string' ? part : flagKey(fieldsOf(part), flag)));
    if (texts.every((text) => text !== undefined)) return texts.join('');
  }
  throw new Unreadable(
    'hashes an expression that canary cannot read; write { "cat": ["SALT", { "var": "targetingKey" }] }, or none',
  );
}

function isUnit({ var: name }: Fields): boolean {
  return typeof name === 'string' && !name.startsWith('$flagd');
}

function flagKey({ var: name }: Fields, flag: string): string | undefined {
  return name === '$flagd.flagKey' ? flag : undefined;
}
