/** How a database computes with whole numbers of some 38 digits. */
export interface WholeArithmetic {
  /** A number as such a one. */
  readonly wide: (value: string) => string;
  /** The whole part of a quotient, towards 0. */
  readonly quotient: (above: string, below: string) => string;
}

/** How DuckDB does. */
export const duckdbWhole: WholeArithmetic = {
  wide: (value) => `CAST(${value} AS HUGEINT)`,
  quotient: (above, below) => `(${above} // ${below})`,
};

/** The sums of a unit, and what all have, as SQL: b, c, B and C. */
export interface RatioTerms {
  readonly b: string;
  readonly c: string;
  readonly allB: string;
  readonly allC: string;
}

/**
 * What a unit moves the ratio of two sums by, as `ratioResidual` has it: a whole number, so that all databases have the same one. NULL for a unit that
 * has more than the limit, or moves by more: its powers may have more digits than a number can, and it is told by itself.
 */
export function ratioResidualSql(
  { b, c, allB, allC }: RatioTerms,
  limit: string,
  { wide, quotient }: WholeArithmetic,
): string {
  const left = `(${wide(allB)} - ${wide(b)})`;
  const twice = `2 * (${wide(allB)} * ${wide(c)} - ${wide(allC)} * ${wide(b)})`;
  const rounded = quotient(
    `(CASE WHEN ${twice} < 0 THEN ${twice} - ${left} ELSE ${twice} + ${left} END)`,
    `(2 * ${left})`,
  );
  // A unit that has half of all and more could move the ratio by any amount.
  return `CASE WHEN ${b} <= ${limit} AND ${c} <= ${limit} AND 2 * ${wide(b)} <= ${wide(allB)} AND ${allB} > 0 THEN ${rounded} ELSE NULL END`;
}
