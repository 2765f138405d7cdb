import { countOf } from '../domain/format-number.ts';
import type { DriftSide } from '../domain/drift.ts';
import { unusableFile } from '../domain/errors.ts';
import { isWithin, pathOf } from '../domain/log/record-path.ts';
import { eachPath, type FieldPaths } from '../domain/log/field-paths.ts';
import { latencyPaths } from '../domain/log/latency-field.ts';
import type { RequestFilter } from '../domain/log/request-filter.ts';
import type { RequestFields } from '../domain/log/log-format.ts';
import { type Database, quoteIdentifier } from '../database/database.ts';
import { digestRequestFile } from './files/file-digest.ts';
import { fieldNames, scanRecords } from './files/scan-records.ts';
import type { WantedField } from './containers/record-scan.ts';
import { fieldNowhere } from './explain/nothing-accepted.ts';
import { countsSql, filterTexts } from './values/filter-sql.ts';
import { areSmall, type RequestFile, resolveRequestFiles } from './files/request-files.ts';
import { identitySql } from './values/identity.ts';
import { labelSql } from './values/label.ts';
import type { ValueReading } from './values/read-options.ts';
import { plausibleTimeSql, timestampSql } from './values/time.ts';
import { outsideWindowSql } from './table/window-sql.ts';

/** Files or globs, and the time that counts (ISO 8601, `to` itself left out). */
export interface DriftLog {
  readonly files: readonly string[];
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/** What to read for a comparison of requests now with a reference. */
export interface DriftOptions {
  /** The plan's folder. */
  readonly folder: string;
  readonly fields: RequestFields;
  /** What written truths mean. */
  readonly values?: ValueReading;
  /** Which records count; all where absent. */
  readonly where?: RequestFilter | undefined;
  readonly features: 'auto' | readonly string[];
  /** Fields that `auto` leaves out beside `fields`. */
  readonly notFeatures: readonly string[];
  readonly reference: DriftLog;
  readonly current: DriftLog;
}

export interface DriftRecords {
  /** The fields that were read, each in its `featureColumn`. */
  readonly features: readonly string[];
  readonly reference: DriftSide;
  readonly current: DriftSide;
}

/** More fields than this are a document rather than features. */
const mostFeatures = 50;

/** The column of the table `drift_records` that holds a field's text. */
export function featureColumn(feature: string): string {
  return `feature:${feature}`;
}

/**
 * Reads the reference and the requests of now into the table `drift_records`: `is_current` BOOLEAN, `id` and `unit` VARCHAR, `at`
 * TIMESTAMP, `label` VARCHAR and the `featureColumn`s VARCHAR. Records without id, time or unit are left out, copies
 * of one id collapse.
 * @throws UserError (exit 5) for a field that no record has, a side without requests, and a reference that holds requests of now.
 */
export async function readDriftRecords(db: Database, options: DriftOptions): Promise<DriftRecords> {
  const { folder, reference, current } = options;
  const currentFiles = await resolveRequestFiles(folder, current.files);
  const referenceFiles = await resolveRequestFiles(folder, reference.files, 'drift.reference');
  if (!areSmall([...currentFiles, ...referenceFiles])) await db.useCores();
  const features = await featuresOf(db, options, [currentFiles[0], referenceFiles[0]]);
  const columns = features.map((feature) => `${quoteIdentifier(featureColumn(feature))} VARCHAR`);
  await db.run(
    `CREATE OR REPLACE TABLE drift_records (is_current BOOLEAN, id VARCHAR, "at" TIMESTAMP, unit VARCHAR, ${['label VARCHAR', ...columns].join(', ')})`,
  );
  await insertSide(db, options, features, false, referenceFiles);
  await insertSide(db, options, features, true, currentFiles);
  await collapseCopies(db, features);
  await requireFeatures(db, options, features, currentFiles);
  await requireApart(db);
  return {
    features,
    reference: await sideOf(db, 'drift.reference', false, referenceFiles),
    current: await sideOf(db, 'the log', true, currentFiles),
  };
}

async function featuresOf(
  db: Database,
  { features, fields, notFeatures }: DriftOptions,
  files: readonly (RequestFile | undefined)[],
): Promise<readonly string[]> {
  if (features !== 'auto') return features;
  const { id, timestamp, unit, label, served } = fields;
  const ofOutcome =
    served === undefined ? [] : [served.by, served.error, served.prediction, ...latencyPaths(served.latency)];
  const left = new Set([...[id, timestamp, unit, label].flatMap(eachPath), ...ofOutcome, ...notFeatures]);
  const names = new Set<string>();
  for (const file of files) {
    if (file === undefined) continue;
    for (const name of await fieldNames(db, file)) names.add(name);
  }
  return [...names]
    .filter((name) => !left.has(name) && !isWithin(pathOf(name), pathOf(fields.outcomes)))
    .slice(0, mostFeatures);
}

async function insertSide(
  db: Database,
  { fields, values: reading, where = [], reference, current }: DriftOptions,
  features: readonly string[],
  isCurrent: boolean,
  files: readonly RequestFile[],
): Promise<void> {
  const wanted: WantedField[] = [
    textField('id', fields.id),
    textField('timestamp', fields.timestamp),
    textField('unit', fields.unit),
    textField('label', fields.label),
    ...features.map((feature) => textField(featureColumn(feature), feature)),
    ...filterTexts(where).map(([column, path]) => textField(column, path)),
  ];
  const values = ['label', ...features.map((feature) => quoteIdentifier(featureColumn(feature)))];
  const counts = where.length === 0 ? 'true' : countsSql(where);
  const label = reading === undefined ? 'label' : labelSql('label', reading.truths);
  const read = `${identitySql('id')} AS id, ${identitySql('unit')} AS unit, ${label} AS label`;
  const outside = await outsideWindowSql(db, isCurrent ? current : reference);
  for (const file of files) {
    const scan = await scanRecords(db, file, wanted);
    await db.run(`INSERT INTO drift_records
      SELECT ${isCurrent}, id, "at", unit, ${values.map((value) => `nullif(${value}, '')`).join(', ')} FROM (
        SELECT * REPLACE (${read}), ${timestampSql('timestamp')} AS "at" FROM (${scan.sql}) WHERE readable)
      WHERE id IS NOT NULL AND unit IS NOT NULL AND ${plausibleTimeSql('"at"')} AND NOT ${outside} AND ${counts}`);
    await scan.furtherUnreadable();
  }
}

function textField(column: string, paths: FieldPaths): WantedField {
  const [first = '', ...otherwise] = eachPath(paths);
  return { column, path: pathOf(first), as: 'text', otherwise: otherwise.map(pathOf) };
}

/** Leaves one record per id; hashes find the few ids in question without holding every id. */
async function collapseCopies(db: Database, features: readonly string[]): Promise<void> {
  const content = ['"at"', 'unit', 'label', ...features.map((feature) => quoteIdentifier(featureColumn(feature)))];
  await db.run(`DELETE FROM drift_records WHERE rowid IN (
    SELECT row FROM (
      SELECT rowid AS row, row_number() OVER (PARTITION BY is_current, id ORDER BY ${content.join(', ')}) AS copy
      FROM drift_records WHERE hash(id) IN (
        SELECT hash(id) FROM drift_records GROUP BY is_current, hash(id) HAVING count(*) > 1))
    WHERE copy > 1)`);
}

/** A field that both sides lack is a misspelt one; one that a single side lacks has moved. */
async function requireFeatures(
  db: Database,
  options: DriftOptions,
  features: readonly string[],
  files: readonly RequestFile[],
): Promise<void> {
  if (options.features === 'auto' || features.length === 0) return;
  const counts = features.map(
    (feature, index) => `count(${quoteIdentifier(featureColumn(feature))}) AS feature${index}`,
  );
  const [row = {}] = await db.rows(`SELECT count(*) AS records, ${counts.join(', ')} FROM drift_records`);
  if (row['records'] === 0) return;
  for (const [index, feature] of features.entries()) {
    if (row[`feature${index}`] === 0) throw await fieldNowhere(db, files, 'drift.features', feature);
  }
}

/** A reference that contains what is compared with it hides the difference. */
async function requireApart(db: Database): Promise<void> {
  const [row = {}] = await db.rows(
    `SELECT count(*) AS shared, min(id) AS example FROM (
       SELECT id FROM drift_records WHERE is_current INTERSECT SELECT id FROM drift_records WHERE NOT is_current)`,
  );
  const shared = Number(row['shared'] ?? 0);
  if (shared === 0) return;
  throw unusableFile(
    `drift.reference overlaps what is judged now: ${countOf(shared, 'request is', 'requests are')} in both, such as ${String(row['example'])}`,
    { hint: 'name an earlier log, or an earlier window that ends before requests.from' },
  );
}

async function sideOf(
  db: Database,
  name: string,
  isCurrent: boolean,
  files: readonly RequestFile[],
): Promise<DriftSide> {
  const [row = {}] = await db.rows(
    `SELECT count(*) AS requests, strftime(min("at"), '%Y-%m-%dT%H:%M:%S.%gZ') AS first, strftime(max("at"), '%Y-%m-%dT%H:%M:%S.%gZ') AS last
     FROM drift_records WHERE is_current = ${isCurrent}`,
  );
  const { first, last } = row;
  if (typeof first !== 'string' || typeof last !== 'string') {
    throw unusableFile(`${name} has no request to compare`, { hint: 'name a log or a window that holds requests' });
  }
  const digests = [];
  for (const file of files) digests.push({ path: file.path, sha256: (await digestRequestFile(file)).digest.sha256 });
  return { requests: Number(row['requests']), from: first, to: last, files: digests };
}
