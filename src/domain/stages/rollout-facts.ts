/** Where the rollout stood in the registry. */
export interface RolloutFacts {
  readonly entered: readonly string[];
  readonly traffic: Readonly<Record<string, number>>;
  /** Revision of what last moved it, 0 before the first; absent in evidence of earlier versions. */
  readonly revision?: number;
  /** Present where the router has not got the last change. */
  readonly applied?: false;
}
