import type { LogSource } from '../../table/live-split.ts';
import { type RecordPath } from '../../../domain/log/record-path.ts';
import { type Cell, type Database, quoteLiteral } from '../../../database/database.ts';
import type { Role } from '../../../domain/role.ts';
import { type ReadOptions, roleSql } from '../../values/read-options.ts';
import { type FormFacts, type FormFit, type KeyFacts, type ToldForm, toldForms } from './answer-reading.ts';
import {
  couldBeLabelSql,
  distributionSql,
  isFailureSql,
  isLabelSql,
  labelListSql,
  objectOfSql,
  partsOf,
  probabilitySql,
  withPartsSql,
} from './answer-sql.ts';
import { isMissingSql } from '../../values/missing.ts';

/** The answers of one version, and where inside each of them to look. */
export interface AnswerPlace {
  readonly role: Role;
  readonly place: RecordPath;
  /** Whether objects that tell of a failure are looked past; one beside answers is not an answer of another shape. */
  readonly pastFailures?: boolean;
}

/** Which answers are looked at, and how messages name them. */
export interface AnswerScope extends LogSource {
  readonly role: Role;
  readonly version: string;
}

/** How many values of each kind are at a place. */
export interface ShapeFacts {
  /** Answers, whether or not anything is at the place. */
  readonly answers: number;
  /** Answers with something at the place. */
  readonly there: number;
  readonly objects: number;
  /** Objects with a label or scores of their own, and lists of such objects. */
  readonly named: number;
  /** Objects with a `predicted_label`. */
  readonly predicted: number;
  /** Objects whose keys are the labels, all of them. */
  readonly byLabel: number;
  /** Objects with the arrays `classes` and `scores`; with `displayNames` and `confidences`. */
  readonly classes: number;
  readonly displayNames: number;
  /** Objects that tell of a failure and of nothing else. */
  readonly failures: number;
  /** Neither objects nor lists of named ones; of these, what could be a label, a number or several. */
  readonly others: number;
  readonly readableOthers: number;
  readonly objectExample: string | undefined;
  readonly otherExample: string | undefined;
}

/** The answers of a version with the parts of the value at a place. */
function partsSql(options: ReadOptions, { role, place, pastFailures = false }: AnswerPlace): string {
  const answers = `SELECT unnest(answers) AS answer FROM (
    SELECT answers, ${roleSql(options)} AS role FROM events WHERE kind IN ('exchange', 'response')) WHERE role = ${quoteLiteral(role)}`;
  const parts = withPartsSql(answers, 'one', 'answer', place);
  return pastFailures ? `SELECT * FROM (${parts}) WHERE NOT ${isFailureSql(objectSql)}` : parts;
}

const one = partsOf('one');

const objectSql = objectOfSql(one.value);

function areArrays(...keys: readonly string[]): string {
  return keys.map((key) => `json_type(object, '$.${key}') = 'ARRAY'`).join(' AND ');
}

export async function shapeFacts(db: Database, options: ReadOptions, place: AnswerPlace): Promise<ShapeFacts> {
  const isNamed = `((json_exists(object, '$.label') AND json_type(object, '$.label') NOT IN ('ARRAY', 'OBJECT')) OR coalesce(json_type(object, '$.scores') = 'OBJECT', false))`;
  const isRanked = `(value LIKE '[{%' AND coalesce(TRY(json_exists(value, '$[0].label') AND json_exists(value, '$[0].score')), false))`;
  const known = labelListSql(options.labels?.[place.role] ?? []);
  const others = `value <> 'null' AND object IS NULL AND NOT ${isRanked}`;
  const counted = {
    objects: 'object IS NOT NULL',
    named: `${isNamed} OR ${isRanked}`,
    predicted: `json_exists(object, '$.predicted_label')`,
    byLabel: `len(json_keys(object)) = len(${known}) AND list_has_all(${known}, json_keys(object))`,
    classes: areArrays('classes', 'scores'),
    displayNames: areArrays('displayNames', 'confidences'),
    failures: isFailureSql('object'),
    others,
    readableOthers: `${others} AND (number IS NOT NULL OR len(items) > 0 OR ${isKnownSql('single', knownTexts(options, place.role))})`,
  };
  const counts = Object.entries(counted).map(([name, condition]) => `count(*) FILTER (${condition}) AS "${name}"`);
  const [row = {}] =
    await db.rows(`SELECT count(*) AS answers, count(*) FILTER (value <> 'null') AS there, ${counts.join(', ')},
    min(value) FILTER (${counted.objects}) AS object_example, min(value) FILTER (${counted.others}) AS other_example
    FROM (SELECT ${one.value} AS value, ${one.single} AS single, ${one.number} AS number, ${one.items} AS items, ${objectSql} AS object FROM (${partsSql(options, place)}))`);
  const count = (name: string) => Number(row[name] ?? 0);
  return {
    answers: count('answers'),
    there: count('there'),
    objects: count('objects'),
    named: count('named'),
    predicted: count('predicted'),
    byLabel: count('byLabel'),
    classes: count('classes'),
    displayNames: count('displayNames'),
    failures: count('failures'),
    others: count('others'),
    readableOthers: count('readableOthers'),
    objectExample: textOf(row['object_example']),
    otherExample: textOf(row['other_example']),
  };
}

/** The forms in which the values at a place can be read, for a classification with these labels. */
export async function formFacts(
  db: Database,
  options: ReadOptions,
  place: AnswerPlace,
  labels: readonly string[],
): Promise<FormFacts> {
  const exact = `${one.single} IN (${labels.map(quoteLiteral).join(', ')})`;
  const measures = toldForms.map(
    (form) =>
      `count(*) FILTER (${column(form)}) AS "${form} count", min(${one.value}) FILTER (${column(form)}) AS "${form} example"`,
  );
  const anyForm = toldForms.map(column).join(' OR ');
  const isStrange = `NOT ${isKnownSql(one.single, knownTexts(options, place.role))} AND ${one.number} IS NULL`;
  const [row = {}] =
    await db.rows(`SELECT count(*) FILTER (${one.value} <> 'null') AS answers, count(*) FILTER (${anyForm}) AS readable,
      count(*) FILTER (${exact}) AS exact, count(*) FILTER (${column('label')} AND ${isStrange}) AS strangers, min(${one.value}) FILTER (${one.value} <> 'null' AND NOT (${anyForm})) AS strange,
      ${[...measures, ...pairMeasures('label, probability', labels, 1), ...pairMeasures('probability, label', labels, 2)].join(', ')}
    FROM (${fitsSql(options, place, labels)})`);
  const fitOf = (form: ToldForm): FormFit => ({
    count: Number(row[`${form} count`] ?? 0),
    example: textOf(row[`${form} example`]),
    least: numberOf(row[`${form} least`]),
    greatestOfFirst: numberOf(row[`${form} first`]),
    leastOfSecond: numberOf(row[`${form} second`]),
  });
  return {
    answers: Number(row['answers'] ?? 0),
    readable: Number(row['readable'] ?? 0),
    exactLabels: Number(row['exact'] ?? 0),
    strangers: Number(row['strangers'] ?? 0),
    strange: textOf(row['strange']),
    fits: {
      label: fitOf('label'),
      probability: fitOf('probability'),
      scores: fitOf('scores'),
      'label, probability': fitOf('label, probability'),
      'probability, label': fitOf('probability, label'),
    },
  };
}

const column = (form: ToldForm): string => `"fits ${form}"`;

/** The texts that mean a label, in small letters: what differs in capitals is not a failure but a label that is spelled otherwise. */
function knownTexts({ labels, values }: ReadOptions, role: Role): string[] {
  return [...(labels?.[role] ?? []), ...Object.keys(values?.answers[role]?.names ?? {})].map((text) =>
    text.toLowerCase(),
  );
}

function isKnownSql(text: string, known: readonly string[]): string {
  return `coalesce(lower(trim(${text})) IN (${known.map(quoteLiteral).join(', ') || 'NULL'}), false)`;
}

/** The answers with a BOOLEAN for every form. */
function fitsSql(options: ReadOptions, place: AnswerPlace, labels: readonly string[]): string {
  const conditions = formConditions(labels);
  const fits = toldForms.map((form) => `coalesce(${conditions[form]}, false) AS ${column(form)}`);
  return `SELECT *, ${fits.join(', ')} FROM (${partsSql(options, place)})`;
}

function formConditions(labels: readonly string[]): Readonly<Record<ToldForm, string>> {
  const pair = (label: number, probability: number) =>
    `len(${one.items}) = 2 AND ${couldBeLabelSql(`${one.items}[${label}]`, labels)} AND ${probabilitySql(`${one.numbers}[${probability}]`)}`;
  return {
    label: `${couldBeLabelSql(one.single, labels)} AND (NOT ${isMissingSql(one.single)} OR ${one.single} IN (${labels.map(quoteLiteral).join(', ')}))`,
    probability: labels.length === 2 ? probabilitySql(one.number) : 'false',
    scores: distributionSql(one.numbers, labels),
    'label, probability': pair(1, 2),
    'probability, label': pair(2, 1),
  };
}

function pairMeasures(form: ToldForm, labels: readonly string[], place: number): string[] {
  const number = `${one.numbers}[${3 - place}]`;
  const [first = '', second = ''] = labels;
  const of = (label: string) => `${column(form)} AND ${isLabelSql(`${one.items}[${place}]`, label)}`;
  return [
    `min(${number}) FILTER (${column(form)}) AS "${form} least"`,
    `max(${number}) FILTER (${of(first)}) AS "${form} first"`,
    `min(${number}) FILTER (${of(second)}) AS "${form} second"`,
  ];
}

/** What is at each key of the values at a place that are objects. */
export async function keyFacts(
  db: Database,
  options: ReadOptions,
  place: AnswerPlace,
  labels: readonly string[],
): Promise<readonly KeyFacts[]> {
  const pointer = `'/' || replace(replace(key, '~', '~0'), '/', '~1')`;
  const objects = `SELECT ${objectSql} AS object FROM (${partsSql(options, place)})`;
  const values = `SELECT key, json_extract(object, ${pointer})::VARCHAR AS keyed FROM (SELECT object, unnest(json_keys(object)) AS key FROM (${objects}))`;
  const known = `${one.single} IN (${labels.map(quoteLiteral).join(', ') || 'NULL'})`;
  const isNumber = `try_cast(${one.single} AS DOUBLE) IS NOT NULL`;
  const rows = await db.rows(`SELECT key, count(*) AS count, min(${one.value}) AS example,
      count(*) FILTER (${known} AND NOT ${isNumber}) AS text_labels, count(${one.number}) AS numbers,
      count(*) FILTER (${known} OR (${isNumber} AND ${couldBeLabelSql(one.single, labels)})) AS labels,
      count(*) FILTER (${distributionSql(one.numbers, labels)}) AS scores
    FROM (${withPartsSql(values, 'one', 'keyed', [])}) GROUP BY key ORDER BY key`);
  return rows.map((row) => ({
    key: String(row['key']),
    count: Number(row['count']),
    textLabels: Number(row['text_labels']),
    numbers: Number(row['numbers']),
    labels: Number(row['labels']),
    scores: Number(row['scores']),
    example: textOf(row['example']),
  }));
}

function textOf(value: Cell | undefined): string | undefined {
  return value === null || value === undefined ? undefined : String(value);
}

function numberOf(value: Cell | undefined): number | undefined {
  return value === null || value === undefined ? undefined : Number(value);
}
