import type { Database } from '../../database/database.ts';

/** What was counted of the rows with one value of a column. */
export interface ValueCount<Name extends string> {
  readonly value: string;
  readonly count: (name: Name) => number;
}

interface CountedRows<Name extends string> {
  /** SQL behind FROM, with all columns. */
  readonly from: string;
  /** SQL of the columns; values are told as texts, and no row counts for a column that it has no value of. */
  readonly columns: readonly string[];
  /** SQL of each count. */
  readonly counts: Readonly<Record<Name, string>>;
  /** SQL of the order, in which a count has its own name and the value is `value`. */
  readonly order: string;
}

/** Counts by the values of each column, in one pass over the rows however many columns there are. */
export async function countsBy<Name extends string>(
  db: Database,
  { from, columns, counts, order }: CountedRows<Name>,
): Promise<readonly (readonly ValueCount<Name>[])[]> {
  if (columns.length === 0) return [];
  const counted = Object.entries<string>(counts).map(([name, sql]) => `(${sql})::DOUBLE AS ${name}`);
  const isBy = columns.map((column, index) => `(grouping(${column}) = 0)::INTEGER AS is_by_${index}`);
  const value = `coalesce(${columns.map((column) => `${column}::VARCHAR`).join(', ')}) AS value`;
  const rows = await db.columns(
    `SELECT ${[...isBy, value, ...counted].join(', ')}
     FROM ${from} GROUP BY GROUPING SETS (${columns.map((column) => `(${column})`).join(', ')}) ORDER BY ${order}`,
  );
  const values = rows.strings('value');
  return columns.map((_, index) => {
    const isOfColumn = rows.numbers(`is_by_${index}`);
    return values.flatMap((text, row) =>
      text === null || isOfColumn[row] !== 1
        ? []
        : { value: text, count: (name: Name) => rows.numbers(name)[row] ?? Number.NaN },
    );
  });
}
