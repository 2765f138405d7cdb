import { doubleSql } from '../../database/database.ts';
/** Bits of the largest value that are kept: a whole number of so many bits is exact in a double. */
const keptBits = 52;

/** Beyond, the scale itself would overflow; so small are only numbers whose squares are all zero. */
const largestExponent = 1000;

/**
 * The power of two by which numbers are multiplied before they are rounded to whole ones, so that the largest fills 52
 * bits: sums of whole numbers do not depend on the order in which threads add them, sums of doubles do.
 * @param largest size of the largest number; 1 comes out for none, or where all are zero.
 */
export function powerOfTwoScale(largest: number): number {
  if (!(largest > 0 && Number.isFinite(largest))) return 1;
  return 2 ** Math.min(largestExponent, keptBits - 1 - Math.floor(Math.log2(largest)));
}

/** Bits kept in sums of numbers of very different sizes; 2^27 of them fit the database's widest whole number. */
const wideBits = 100;

/**
 * The SQL of a sum of numbers none of which is larger than `largest`: as exact as sums of whole numbers, and fine enough to keep every
 * digit of numbers 10^14 times smaller than that, so that a generous bound does no harm.
 * @param largest size of the largest number, or more; where it is 0 they are all 0.
 */
export function wideSumSql(value: string, largest: number): string {
  // Still an aggregate: one row, whatever it is selected from.
  if (!(largest > 0)) return 'coalesce(any_value(0), 0)::DOUBLE';
  const exponent = Math.min(largestExponent, wideBits - 1 - Math.floor(Math.log2(largest)));
  const factor = doubleSql(2 ** exponent);
  return `(coalesce(sum(round((${value}) * ${factor})::HUGEINT), 0)::DOUBLE / ${factor})`;
}

/** The SQL of a sum of the numbers for which a condition holds, each rounded at the scale. */
export function exactSumSql(value: string, scale: number, condition = 'true'): string {
  const factor = `${scale.toExponential()}::DOUBLE`;
  // Not a filter, which would round the values that do not count as well, and some of those fit in no whole number.
  const rounded = `CASE WHEN ${condition} THEN round((${value}) * ${factor})::BIGINT END`;
  return `(coalesce(sum(${rounded}), 0)::DOUBLE / ${factor})`;
}
