import type { Bound } from '../plan.ts';

/** What one planned test has spent so far, kept from look to look. */
export interface TestSpending {
  readonly metric: string;
  /** Segment dimension to value; null for the whole. */
  readonly segment: Readonly<Record<string, string>> | null;
  readonly bound: Bound;
  /** The tested looks of the bound that could prove a pass, and of the one that could prove a breach. */
  readonly pass: readonly SpentLook[];
  readonly breach: readonly SpentLook[];
}

/** A look at which a planned test was made. */
export interface SpentLook {
  /** Users in the log then. */
  readonly units: number;
  /** 1 / se^2 of the estimate then; of one proportion the requests that it was worth. */
  readonly information: number;
  /** Alpha spent at this look and all before it. */
  readonly spent: number;
  /** Standard errors that the estimate had to lie from the limit. */
  readonly boundary: number;
}
