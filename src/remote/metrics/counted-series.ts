/** A sample: a time in ms since 1970, and the value. */
export type Sample = readonly [atMs: number, value: number];

/** What the samples of a counter in a window come to. Everything that a verdict rests on follows from these. */
export interface CountedSeries {
  readonly labels: Readonly<Record<string, string>>;
  /** The last sample at or before the window's begin, if one was not long before. */
  readonly before?: Sample;
  readonly first: Sample;
  readonly last: Sample;
  readonly samples: number;
  /** What a counter had when it began anew, each time that it did. */
  readonly resets: readonly { readonly atMs: number; readonly lost: number }[];
  /** The usual time between two samples, in ms; absent for fewer than two. */
  readonly intervalMs?: number;
  /** The longest time without a sample between two of them. */
  readonly gap?: { readonly fromMs: number; readonly toMs: number };
  /** A value that no counter has: NaN, infinite, or below 0. */
  readonly notCounted?: string;
  /** What of a native histogram it counts: those up to the label `le`, or the sum of all values. */
  readonly native?: 'bucket' | 'sum';
}
