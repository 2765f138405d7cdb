import type { NumericDrift } from '../domain/drift.ts';
import type { Database } from '../requests/database.ts';
import { kolmogorovSmirnovPValue } from '../stats/kolmogorov-smirnov.ts';

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
