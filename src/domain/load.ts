/** How requests come while they are timed; `recorded` is at the log's own times. */
export type Load =
  | { readonly kind: 'one-by-one' }
  /** So many clients, each of which sends its next request when it has the answer to the one before. */
  | { readonly kind: 'closed'; readonly concurrency: number }
  | {
      readonly kind: 'open';
      /** Requests per second, whether or not the ones before are answered. */
      readonly rate: number | 'recorded';
      /** How many times as fast as recorded. */
      readonly speedup: number;
      /** How many requests may be under way at once, the others waiting; null for as many as there are. */
      readonly concurrency: number | null;
    };

/** A load test: so many clients, or so many requests per second whether or not the ones before are answered. */
export interface LoadFacts {
  readonly concurrency?: number;
  readonly rate?: number | 'recorded';
  readonly speedup?: number;
}
