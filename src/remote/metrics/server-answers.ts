import type { CountedSeries } from './counted-series.ts';

/** What a metrics server said of a window, as far as a verdict rests on it: judging it again needs no server. */
export interface ServerAnswers {
  readonly schemaVersion: 1;
  /** ISO 8601; begin excluded, end included. */
  readonly window: { readonly from: string; readonly to: string };
  /** By how much its clock was ahead of this machine's, in seconds, where that was more than `settle` leaves out; below 0 where it was behind. */
  readonly aheadSeconds?: number;
  /** By selector. */
  readonly counters: Readonly<Record<string, CounterAnswer>>;
  /** By expression. */
  readonly values: Readonly<Record<string, ValueAnswer>>;
}

export interface CounterAnswer {
  readonly series: readonly CountedSeries[];
  readonly warnings: readonly string[];
  /** Why it was not read sample by sample. */
  readonly tooMany?: string;
}

export interface ValueAnswer {
  /** Numbers as text, since NaN is one that JSON has not. */
  readonly values: readonly { readonly labels: Readonly<Record<string, string>>; readonly value: string }[];
  readonly warnings: readonly string[];
}
