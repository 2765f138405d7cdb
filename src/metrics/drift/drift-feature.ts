import type { DriftKind, DriftSubject, MeasuredFeature, NumericDrift } from '../../domain/drift.ts';
import type { Database } from '../../database/database.ts';
import { chiSquareTest } from '../../stats/distances/chi-square.ts';
import { jensenShannonDistance } from '../../stats/distances/jensen-shannon.ts';
import { populationStability } from '../../stats/distances/population-stability.ts';
import { sharesOf } from '../../stats/sums/shares.ts';
import { categoryBins, type CountedBin, decileBins } from './drift-bins.ts';
import { kolmogorovSmirnovPValue } from '../../stats/distances/kolmogorov-smirnov.ts';

/** Where the values of one field are. */
export interface FeatureSource {
  readonly name: string;
  readonly about: DriftSubject;
  /** SELECT of `is_current` BOOLEAN, `unit` and `value` VARCHAR (NULL: missing). */
  readonly sql: string;
  /** How its values are compared; found out from them where absent. */
  readonly kind?: DriftKind | undefined;
}

/** Numbers with so few different values are categories. */
const fewestNumbers = 13;
/** Text with more different values than this is compared by its length. */
const mostCategories = 100;
/** Share of the values that have to be of a kind. */
const nearlyAll = 0.95;

/**
 * Measures how far the current values of a field are from the reference's, in DuckDB; only the bins reach JavaScript.
 * @returns undefined where a side has no request.
 */
export async function measureFeature(db: Database, source: FeatureSource): Promise<MeasuredFeature | undefined> {
  await db.run(`CREATE OR REPLACE TABLE drift_values AS ${source.sql}`);
  const [before, now] = await effectiveSizes(db);
  if (before === undefined || now === undefined) return undefined;
  const kind = source.kind ?? (await kindOf(db));
  await db.run(
    `CREATE OR REPLACE VIEW drift_numbers AS SELECT is_current, unit, ${numberSql(kind)} AS x FROM drift_values`,
  );
  const bins = kind === 'categorical' ? await categoryBins(db) : await decileBins(db);
  const [reference, current] = [bins.map((bin) => bin.reference), bins.map((bin) => bin.current)];
  const chiSquare = chiSquareTest(weighted(reference, before), weighted(current, now));
  const numbers =
    kind === 'categorical'
      ? undefined
      : await numericDrift(db, before.units / before.requests, now.units / now.requests);
  return {
    name: source.name,
    about: source.about,
    kind,
    reference: before.requests,
    current: now.requests,
    psi: populationStability(reference, current),
    jensenShannon: jensenShannonDistance(reference, current),
    ...(numbers === undefined ? {} : { numbers }),
    chiSquare,
    pValue: decidingPValue(numbers?.ksPValue, chiSquare.pValue, bins),
    bins: withShares(bins),
  };
}

/** Numbers are told by their order, unless some are missing: then their bins have a say too, at twice the level. */
function decidingPValue(ks: number | undefined, chiSquare: number, bins: readonly CountedBin[]): number {
  if (ks === undefined) return chiSquare;
  return bins.some(({ isMissing }) => isMissing) ? Math.min(1, 2 * Math.min(ks, chiSquare)) : ks;
}

function withShares(bins: readonly CountedBin[]): MeasuredFeature['bins'] {
  const [reference, current] = [sharesOf(bins.map((bin) => bin.reference)), sharesOf(bins.map((bin) => bin.current))];
  return bins.map(({ label }, index) => ({ label, reference: reference[index] ?? 0, current: current[index] ?? 0 }));
}

/** A user's requests are alike, so that all of them together count as one user's evidence and no more. */
function weighted(counts: readonly number[], { requests, units }: EffectiveSize): number[] {
  return counts.map((count) => (count * units) / requests);
}

interface EffectiveSize {
  readonly requests: number;
  /** (sum of requests per unit)^2 / sum of their squares. */
  readonly units: number;
}

async function effectiveSizes(db: Database): Promise<readonly (EffectiveSize | undefined)[]> {
  const rows = await db.columns(
    `SELECT is_current::INTEGER AS side, sum(requests)::DOUBLE AS requests, (sum(requests)::DOUBLE ** 2 / sum(requests * requests)::DOUBLE) AS units
     FROM (SELECT is_current, unit, count(*) AS requests FROM drift_values GROUP BY is_current, unit) GROUP BY is_current`,
  );
  return [0, 1].map((side) => {
    const row = rows.numbers('side').indexOf(side);
    const [requests, units] = [rows.numbers('requests')[row], rows.numbers('units')[row]];
    return requests === undefined || units === undefined ? undefined : { requests, units };
  });
}

/** How values are compared, told from the reference's; from the current ones where the reference has none. */
async function kindOf(db: Database): Promise<DriftKind> {
  const rows = await db.columns(
    `SELECT is_current::INTEGER AS side, count(value)::DOUBLE AS present, count(DISTINCT value)::DOUBLE AS different,
       (count(*) FILTER (WHERE isfinite(try_cast(value AS DOUBLE))))::DOUBLE AS numbers,
       (count(*) FILTER (WHERE value LIKE '[%'))::DOUBLE AS lists
     FROM drift_values GROUP BY is_current ORDER BY side`,
  );
  const row = Math.max(
    0,
    rows.numbers('present').findIndex((present) => present > 0),
  );
  const [present = 0, different = 0, numbers = 0, lists = 0] = ['present', 'different', 'numbers', 'lists'].map(
    (name) => rows.numbers(name)[row],
  );
  if (present > 0 && lists >= nearlyAll * present) return 'list length';
  const isNumeric = numbers >= nearlyAll * present;
  if (isNumeric && different >= fewestNumbers) return 'numeric';
  if (different <= mostCategories && (different < fewestNumbers || 3 * different <= present)) return 'categorical';
  return isNumeric ? 'numeric' : 'text length';
}

function numberSql(kind: DriftKind): string {
  switch (kind) {
    case 'categorical':
    case 'numeric':
      return 'CASE WHEN isfinite(try_cast(value AS DOUBLE)) THEN try_cast(value AS DOUBLE) END';
    case 'text length':
      return 'length(value)::DOUBLE';
    case 'list length':
      return 'CASE WHEN json_valid(value) THEN json_array_length(value::JSON)::DOUBLE END';
  }
}

/**
 * The distances of two samples of numbers from the view `drift_numbers`, both from their distribution functions F (reference) and G
 * (current): the largest |F - G| (Kolmogorov-Smirnov) and the area between them (Wasserstein-1).
 * @param referenceWeight what one request counts in the p-value, in (0, 1]: effective units per request.
 * @returns undefined where a side has no number.
 */
export async function numericDrift(
  db: Database,
  referenceWeight: number,
  currentWeight: number,
): Promise<NumericDrift | undefined> {
  // The order of the sum is fixed, since sums of doubles depend on it.
  const rows = await db.columns(
    `WITH counted AS (
       SELECT x, count(*) FILTER (WHERE NOT is_current) AS r, count(*) FILTER (WHERE is_current) AS c
       FROM drift_numbers WHERE x IS NOT NULL GROUP BY x),
     cumulated AS (
       SELECT x, sum(r) OVER along / (SELECT sum(r) FROM counted) AS f, sum(c) OVER along / (SELECT sum(c) FROM counted) AS g,
         lead(x) OVER along AS next FROM counted WINDOW along AS (ORDER BY x))
     SELECT max(abs(f - g))::DOUBLE AS ks, coalesce(sum(abs(f - g) * (next - x) ORDER BY x), 0)::DOUBLE AS wasserstein,
       (SELECT sum(r) FROM counted)::DOUBLE AS reference, (SELECT sum(c) FROM counted)::DOUBLE AS current,
       (SELECT quantile_disc(x, 0.5) FROM drift_numbers WHERE NOT is_current) AS median_reference,
       (SELECT quantile_disc(x, 0.5) FROM drift_numbers WHERE is_current) AS median_current
     FROM cumulated`,
  );
  const number = (name: string) => rows.numbers(name)[0] ?? Number.NaN;
  const [reference, current] = [number('reference'), number('current')];
  if (!(reference > 0 && current > 0)) return undefined;
  const sizes = [reference * referenceWeight, current * currentWeight].map((size) => Math.max(1, size));
  return {
    ks: number('ks'),
    ksPValue: kolmogorovSmirnovPValue(number('ks'), sizes[0] ?? 1, sizes[1] ?? 1),
    wasserstein: number('wasserstein'),
    medianReference: number('median_reference'),
    medianCurrent: number('median_current'),
  };
}
