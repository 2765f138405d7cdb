import type { Database } from '../../database/database.ts';

/** A bin with its number of requests on each side. */
export interface CountedBin {
  readonly label: string;
  readonly reference: number;
  readonly current: number;
  /** The bin of the requests that have no value. */
  readonly isMissing: boolean;
}

/** Categories of the reference that have a bin of their own. */
const mostBins = 50;

const decileLevels = '[0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]';

/**
 * The requests by the deciles of the reference (fewer where values repeat), from the view `drift_numbers`; the last bin holds
 * those without a number, where there are any.
 */
export async function decileBins(db: Database): Promise<readonly CountedBin[]> {
  const deciles = await db.columns(
    `SELECT DISTINCT unnest(quantile_disc(x, ${decileLevels})) AS edge FROM drift_numbers WHERE NOT is_current AND x IS NOT NULL ORDER BY edge`,
  );
  const edges = [...deciles.numbers('edge')];
  const position = edges.map((edge) => ` + (x > '${edge}'::DOUBLE)::INTEGER`).join('');
  const counted = await counts(db, `CASE WHEN x IS NULL THEN -1 ELSE 0${position} END`, 'drift_numbers');
  const bins = Array.from({ length: edges.length + 1 }, (_, bin): CountedBin => ({
    label: rangeLabel(edges[bin - 1], edges[bin]),
    ...(counted.get(String(bin)) ?? none),
    isMissing: false,
  }));
  const missing = counted.get('-1');
  return [...bins, ...(missing === undefined ? [] : [{ label: '(missing)', ...missing, isMissing: true }])];
}

/**
 * The requests by category, from the table `drift_values`: the reference's largest, its others together, those that the reference
 * does not know, and those without a value.
 */
export async function categoryBins(db: Database): Promise<readonly CountedBin[]> {
  await db.run(
    `CREATE OR REPLACE TABLE drift_categories AS
     SELECT value, row_number() OVER (ORDER BY count(*) DESC, value) AS place FROM drift_values
     WHERE NOT is_current AND value IS NOT NULL GROUP BY value`,
  );
  const category = `CASE WHEN value IS NULL THEN '(missing)' WHEN place IS NULL THEN '(new)' WHEN place > ${mostBins} THEN '(other)' ELSE place::VARCHAR END`;
  const counted = await counts(db, category, 'drift_values LEFT JOIN drift_categories USING (value)');
  const names = await db.columns(`SELECT value FROM drift_categories WHERE place <= ${mostBins} ORDER BY place`);
  const bins = names.strings('value').map((label, index) => ({
    label: label ?? '',
    ...(counted.get(String(index + 1)) ?? none),
    isMissing: false,
  }));
  const rest = ['(other)', '(new)', '(missing)'].flatMap((label) => {
    const sides = counted.get(label);
    return sides === undefined ? [] : [{ label, ...sides, isMissing: label === '(missing)' }];
  });
  return [...bins, ...rest];
}

const none = { reference: 0, current: 0 } as const;

async function counts(
  db: Database,
  bin: string,
  from: string,
): Promise<ReadonlyMap<string, { readonly reference: number; readonly current: number }>> {
  const rows = await db.columns(
    `SELECT (${bin})::VARCHAR AS bin, (count(*) FILTER (WHERE NOT is_current))::DOUBLE AS reference,
       (count(*) FILTER (WHERE is_current))::DOUBLE AS current FROM ${from} GROUP BY bin`,
  );
  const [reference, current] = [rows.numbers('reference'), rows.numbers('current')];
  return new Map(
    rows
      .strings('bin')
      .map((name, row) => [name ?? '', { reference: reference[row] ?? 0, current: current[row] ?? 0 }]),
  );
}

function rangeLabel(low: number | undefined, high: number | undefined): string {
  if (low === undefined) return high === undefined ? 'all' : `up to ${written(high)}`;
  return high === undefined ? `above ${written(low)}` : `${written(low)} to ${written(high)}`;
}

/** Short enough for a label; the edges themselves keep all their digits. */
function written(edge: number): string {
  return String(Number(edge.toPrecision(4)));
}
