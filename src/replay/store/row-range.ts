/** Rows of a table of requests by their place in order of `seq`, from 0; `to` is the first that is not among them. */
export interface RowRange {
  readonly from: number;
  readonly to: number;
}

export function countRows(ranges: readonly RowRange[]): number {
  return ranges.reduce((sum, { from, to }) => sum + to - from, 0);
}

/** What of `whole` is in none of the ranges, in order. */
export function rowsBeside(ranges: readonly RowRange[], whole: RowRange): RowRange[] {
  const rest: RowRange[] = [];
  let next = whole.from;
  for (const { from, to } of inOrder(ranges)) {
    if (from >= whole.to) break;
    if (from > next) rest.push({ from: next, to: from });
    next = Math.max(next, to);
  }
  if (next < whole.to) rest.push({ from: next, to: whole.to });
  return rest;
}

/** What of the ranges is in `whole`. */
export function rowsWithin(ranges: readonly RowRange[], whole: RowRange): RowRange[] {
  return ranges
    .map(({ from, to }) => ({ from: Math.max(from, whole.from), to: Math.min(to, whole.to) }))
    .filter(({ from, to }) => from < to);
}

export function inOrder<Range extends RowRange>(ranges: readonly Range[]): Range[] {
  return ranges.toSorted((left, right) => left.from - right.from);
}
