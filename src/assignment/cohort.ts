/**
 * The cohort that a unit belongs to at a stage's weight. The canary takes the buckets below the weight, so a unit that
 * is in at 5% is still in at 25%, weight 0 takes nobody and weight 1 everybody.
 * @param bucket in [0, 1)
 * @param weight share of units assigned to the candidate, in [0, 1]
 */
export function cohortOf(bucket: number, weight: number): 'canary' | 'stable' {
  return bucket < weight ? 'canary' : 'stable';
}
