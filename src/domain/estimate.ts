/**
 * What is known of a tested quantity. `estimated` has both one-sided bounds; `unbounded` has a value on which no
 * trustworthy interval can be put yet; `uncomputable` has nothing. There is no number that stands for "could not compute".
 */
export type Estimate =
  | (EstimateBase & { readonly kind: 'estimated'; readonly low: number; readonly high: number })
  | (EstimateBase & {
      readonly kind: 'unbounded';
      readonly reason: string;
      /** True where more data of this kind would not give an interval either. */
      readonly unboundable?: true;
    })
  | { readonly kind: 'uncomputable'; readonly reason: string };

interface EstimateBase {
  /** The quantity with its natural sign. */
  readonly value: number;
  /** Units and requests that it rests on; of a served comparison, of both sides together. */
  readonly units: number;
  readonly requests: number;
  /** Amount of data that would probably decide, where that can be said. */
  readonly needed?: NeededData | undefined;
}

/** How many units and requests more would probably decide; null where no amount of data would, or it cannot be said. */
export interface NeededData {
  readonly units: number | null;
  readonly requests: number | null;
}
