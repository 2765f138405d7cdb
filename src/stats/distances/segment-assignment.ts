import { logMeanExp, sampleRatio } from './sample-ratio.ts';

/** Units of one value of a dimension, by cohort. */
export interface SegmentUnits {
  readonly value: string;
  readonly canary: number;
  readonly stable: number;
}

/** How much speaks against units having been assigned without regard to their segment. */
export interface SegmentAssignment {
  /** ln of the evidence, as of `sampleRatio`. */
  readonly logEvidence: number;
  readonly pValue: number;
  /** The value that says most; undefined where there are no units. */
  readonly most: SegmentUnits | undefined;
}

/**
 * Whether both cohorts have the same mix of a dimension's values. Units are assigned by a hash that knows nothing of them,
 * so within every value the canary's units must be the share that the weight says. Each value gets the sequentially valid
 * test of `sampleRatio`; the mean of their evidence is evidence again, however the values depend on each other
 * (Vovk and Wang 2021, E-values: calibration, combination and applications, Annals of Statistics).
 * @param weight share of units assigned to the canary, strictly between 0 and 1.
 */
export function segmentAssignment(segments: readonly SegmentUnits[], weight: number): SegmentAssignment {
  if (segments.length === 0) return { logEvidence: 0, pValue: 1, most: undefined };
  const evidence = segments.map(
    ({ canary, stable }) => sampleRatio([canary, stable], [weight, 1 - weight]).logEvidence,
  );
  const logEvidence = logMeanExp(evidence);
  const most = segments[evidence.indexOf(Math.max(...evidence))];
  return { logEvidence, pValue: Math.min(1, Math.exp(-logEvidence)), most };
}
