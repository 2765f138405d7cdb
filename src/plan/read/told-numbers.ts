import type { ToldNumber } from '../../domain/told-number.ts';
import { didYouMean, writeOneOf } from '../../domain/did-you-mean.ts';
import { metricNames, parseMetric, type Metric } from '../../domain/metric.ts';
import type { Role } from '../../domain/role.ts';
import { readToldValue, readVariance } from './told-quantity.ts';
import { surplusColumn } from '../../documents/csv-tree.ts';
import { pathText, type Finding } from '../../documents/findings.ts';
import { metricKey } from './guardrails.ts';
import { type Reading, shown } from './quantity.ts';
import {
  child,
  isEmpty,
  itemsOf,
  keysOf,
  plainValue,
  textOf,
  type TreeNode,
  type TreePath,
} from '../../documents/tree.ts';

/** The keys of one number, which are also the columns of a CSV file of them. */
export const toldNumberKeys = [
  'metric',
  'version',
  'value',
  'count',
  'units',
  'independent',
  'variance',
  'stddev',
  'segment',
] as const;
const requiredKeys = ['metric', 'version', 'value'] as const;

/** The numbers of a list, and everything that is wrong with it; a number with a finding is left out. */
export interface ReadToldNumbers {
  readonly numbers: readonly ToldNumber[];
  readonly findings: readonly Finding[];
}

interface LocatedNumber {
  readonly number: ToldNumber;
  readonly path: TreePath;
}

/**
 * Reads numbers per version: a list of maps with the `toldNumberKeys`.
 * @param path of the list, for the findings.
 * @param roles every way to name one of the two versions, with which of them it is; any name will do where they are not known yet.
 */
export function readToldNumbers(
  list: TreeNode | undefined,
  path: TreePath,
  roles?: ReadonlyMap<string, Role>,
): ReadToldNumbers {
  const where = path.length === 0 ? 'the file' : pathText(path);
  if (list?.kind !== 'list' || list.items.length === 0) {
    const message =
      list?.kind === 'list' || isEmpty(list) ? `${where} holds no numbers` : `${where} is not a list of numbers`;
    const hint = 'write - { metric: error_rate, version: candidate, value: 0.6%, count: 4000 }';
    return { numbers: [], findings: [{ path, rule: 'invalid-value', message, hint }] };
  }
  const read = itemsOf(list).map((item, index) => readNumber(item, [...path, index], roles));
  const located = read.flatMap(({ number }) => (number === undefined ? [] : [number]));
  return {
    numbers: located.map(({ number }) => number),
    findings: [...read.flatMap(({ findings }) => findings), ...checkDuplicates(located, roles)],
  };
}

interface ReadNumber {
  readonly number?: LocatedNumber;
  readonly findings: readonly Finding[];
}

function readNumber(item: TreeNode, path: TreePath, roles: ReadonlyMap<string, Role> | undefined): ReadNumber {
  if (item.kind !== 'map') {
    const hint = 'write { metric: error_rate, version: candidate, value: 0.6% }';
    return { findings: [{ path, rule: 'wrong-type', message: 'a number is a mapping of keys', hint }] };
  }
  const fields = new FieldReader(item, path);
  fields.checkKeys();
  const metric = fields.metric();
  const version = fields.version(roles);
  const value = metric === undefined ? undefined : fields.reading('value', (written) => readToldValue(metric, written));
  const count = fields.wholeNumber('count');
  const units = fields.wholeNumber('units');
  const variance = metric === undefined ? undefined : fields.variance(metric);
  const independent = fields.independent();
  const segment = fields.segment();
  if (count !== undefined && units !== undefined && units > count) {
    fields.report(
      'units',
      `units: ${units} is more than the count of ${count} requests`,
      'each user made at least one',
    );
  }
  if (fields.findings.length > 0 || metric === undefined || version === undefined || value === undefined) {
    return { findings: fields.findings };
  }
  const known = {
    ...(count === undefined ? {} : { count }),
    ...(units === undefined ? {} : { units }),
    ...(independent ? { independent } : {}),
    ...(variance === undefined ? {} : { variance }),
  };
  return { number: { number: { metric, version, segment, value, ...known }, path }, findings: [] };
}

/** Reads the fields of one number and keeps what is wrong with them. */
class FieldReader {
  readonly findings: Finding[] = [];
  private readonly item: TreeNode;
  private readonly path: TreePath;

  constructor(item: TreeNode, path: TreePath) {
    this.item = item;
    this.path = path;
  }

  report(key: string, message: string, hint: string, rule = 'invalid-value'): void {
    this.findings.push({ path: [...this.path, key], rule, message, hint });
  }

  checkKeys(): void {
    for (const key of keysOf(this.item)) {
      if (toldNumberKeys.some((known) => known === key)) continue;
      const [message, hint] =
        key === surplusColumn
          ? ['the row has more values than the table has columns', 'put a value that holds a comma in quotes']
          : [`unknown key ${key}`, writeOneOf(key, toldNumberKeys)];
      this.findings.push({ path: [...this.path, key], at: 'key', rule: 'unknown-key', message, hint });
    }
    for (const key of requiredKeys) {
      if (this.node(key) === undefined) this.report(key, `${key} is missing`, `write ${examples[key]}`, 'missing-key');
    }
  }

  metric(): Metric | undefined {
    const name = this.text('metric');
    if (name === undefined) return undefined;
    const metric = parseMetric(name);
    if (metric === undefined)
      this.report('metric', `metric: ${name} is not a metric`, didYouMean(name, metricNames), 'unknown-metric');
    return metric;
  }

  version(roles: ReadonlyMap<string, Role> | undefined): string | undefined {
    const name = this.text('version');
    if (name === undefined || roles?.has(name) !== false) return name;
    const message = `version: ${name} is neither of the two versions`;
    this.report('version', message, `write one of ${[...(roles?.keys() ?? [])].join(', ')}`, 'unknown-version');
    return undefined;
  }

  text(key: 'metric' | 'version' | 'segment'): string | undefined {
    const node = this.node(key);
    if (node === undefined) return undefined;
    const text = textOf(node);
    if (text !== undefined && text !== '') return text;
    const written = node.kind === 'scalar' ? node.written : 'a list or a mapping';
    if (node.kind === 'scalar' && typeof node.value === 'number')
      this.report(key, `${key}: ${written} is read as a number`, `write ${key}: "${written}"`, 'wrong-type');
    else this.report(key, `${key}: ${written} is not a name`, `write ${examples[key]}`, 'wrong-type');
    return undefined;
  }

  reading(key: 'value' | 'variance' | 'stddev', read: (written: unknown) => Reading<number>): number | undefined {
    const node = this.node(key);
    if (node === undefined) return undefined;
    const result = read(plainValue(node));
    if (result.ok) return result.value;
    this.report(key, `${key}: ${result.problem}`, result.hint);
    return undefined;
  }

  wholeNumber(key: 'count' | 'units'): number | undefined {
    const node = this.node(key);
    if (node === undefined) return undefined;
    const value = plainValue(node);
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 1) return value;
    this.report(
      key,
      `${key}: ${shown(value)} is not a whole number above 0`,
      `write ${examples[key]}, or leave it out`,
    );
    return undefined;
  }

  independent(): boolean {
    const node = this.node('independent');
    if (node === undefined) return false;
    const value = plainValue(node);
    const said = [true, false].find((each) => value === each || value === String(each));
    if (said === undefined)
      this.report(
        'independent',
        `independent: ${shown(value)} is neither true nor false`,
        'write independent: true where every request is of another user, or units',
      );
    return said ?? false;
  }

  variance(metric: Metric): number | undefined {
    const variance = this.reading('variance', (written) => readVariance(metric, 'variance', written));
    const fromDeviation = this.reading('stddev', (written) => readVariance(metric, 'stddev', written));
    if (this.node('variance') !== undefined && this.node('stddev') !== undefined)
      this.report('stddev', 'stddev says again what variance says', 'keep one of the two');
    return variance ?? fromDeviation;
  }

  segment(): ToldNumber['segment'] {
    const text = this.text('segment');
    if (text === undefined) return null;
    const [, dimension, value] = /^([A-Za-z][A-Za-z0-9_-]*)=(.+)$/su.exec(text) ?? [];
    if (dimension !== undefined && value !== undefined) return { [dimension]: value };
    this.report('segment', `segment: ${text} is not a dimension with its value`, `write ${examples.segment}`);
    return null;
  }

  /** A key without a value, and an empty cell of a table, is one that is not there. */
  private node(key: string): TreeNode | undefined {
    const node = child(this.item, key);
    return isEmpty(node) ? undefined : node;
  }
}

const examples = {
  metric: 'metric: error_rate',
  version: 'version: candidate',
  value: 'value: 0.6%',
  count: 'count: 4000',
  units: 'units: 900',
  segment: 'segment: locale=de-DE',
} as const;

function checkDuplicates(numbers: readonly LocatedNumber[], roles?: ReadonlyMap<string, Role>): Finding[] {
  const seen = new Set<string>();
  return numbers.flatMap(({ number: { metric, version, segment }, path }): Finding[] => {
    const identity = JSON.stringify([metricKey(metric), roles?.get(version) ?? version, segment]);
    if (!seen.has(identity)) {
      seen.add(identity);
      return [];
    }
    const message = `${metric.id} of ${version} is given twice`;
    return [{ path: [...path, 'metric'], rule: 'duplicate-number', message, hint: 'keep one of the two' }];
  });
}
