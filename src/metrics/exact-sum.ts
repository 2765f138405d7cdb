/** Bits of the largest value that are kept: a whole number of so many bits is exact in a double. */
const keptBits = 52;

/**
 * The power of two by which numbers are multiplied before they are rounded to whole ones, so that the largest fills 52
 * bits: sums of whole numbers do not depend on the order in which threads add them, sums of doubles do.
 * @param largest size of the largest number; 1 comes out for none, or where all are zero.
 */
export function powerOfTwoScale(largest: number): number {
  if (!(largest > 0 && Number.isFinite(largest))) return 1;
  return 2 ** (keptBits - 1 - Math.floor(Math.log2(largest)));
}

/** The SQL of a sum of the numbers for which a condition holds, each rounded at the scale. */
export function exactSumSql(value: string, scale: number, condition = 'true'): string {
  const factor = `${scale.toExponential()}::DOUBLE`;
  // Not a filter, which would round the values that do not count as well, and some of those fit in no whole number.
  const rounded = `CASE WHEN ${condition} THEN round((${value}) * ${factor})::BIGINT END`;
  return `(coalesce(sum(${rounded}), 0)::DOUBLE / ${factor})`;
}
