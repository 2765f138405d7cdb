/** How the requests of now differ from the reference's, and the candidate's answers from the baseline's. */
export interface MeasuredDrift {
  readonly reference: DriftSide;
  readonly current: DriftSide;
  /** The level of each feature: its part of the plan's. */
  readonly alphaEach: number;
  /** Those that moved first, then by their population stability index. */
  readonly features: readonly DriftFeature[];
  /** Absent where no truth is known. */
  readonly quality?: QualityDrift;
}

export interface DriftSide {
  readonly requests: number;
  /** Times of the first and the last request, ISO 8601 in UTC. */
  readonly from: string;
  readonly to: string;
  readonly files: readonly DriftFile[];
}

export interface DriftFile {
  /** Relative to the plan's folder. */
  readonly path: string;
  readonly sha256: string;
}

/** `input`: a field of the requests; `label`: the truth; `prediction`: candidate (current) against baseline (reference) on the same requests. */
export type DriftSubject = 'input' | 'label' | 'prediction';

/** How a field's values are compared: as numbers, as categories, or by their length. */
export type DriftKind = 'numeric' | 'categorical' | 'text length' | 'list length';

/** What was measured of one field. */
export interface MeasuredFeature {
  readonly name: string;
  readonly about: DriftSubject;
  readonly kind: DriftKind;
  /** Requests on each side. */
  readonly reference: number;
  readonly current: number;
  /** Population stability index. */
  readonly psi: number;
  /** Jensen-Shannon distance, base 2. */
  readonly jensenShannon: number;
  /** Of numbers and lengths: the Kolmogorov-Smirnov and the Wasserstein distance, and the medians. */
  readonly numbers?: NumericDrift;
  /** Chi-square over the bins, each user's requests weighted to one user's evidence. */
  readonly chiSquare: { readonly statistic: number; readonly degreesOfFreedom: number; readonly pValue: number };
  /** How probable distances as large as these are by chance: of Kolmogorov-Smirnov for numbers, of chi-square for categories. */
  readonly pValue: number;
  readonly bins: readonly DriftBin[];
}

export interface NumericDrift {
  readonly ks: number;
  readonly ksPValue: number;
  /** In the field's own unit. */
  readonly wasserstein: number;
  readonly medianReference: number;
  readonly medianCurrent: number;
}

/** A decile of the reference, a category, or what is missing; with its share of each side's requests. */
export interface DriftBin {
  readonly label: string;
  readonly reference: number;
  readonly current: number;
}

export interface DriftFeature extends MeasuredFeature {
  readonly moved: boolean;
  /** What the move looks like, where it looks like something. */
  readonly hint?: string;
}

/** The baseline's quality in the first and the second half of the time: what the same model does when the world changes. */
export interface MeasuredQuality {
  readonly metric: 'accuracy' | 'mae';
  readonly first: number;
  readonly second: number;
  /** Second minus first; of mae divided by the first. */
  readonly change: number;
  /** Bounds of the change; absent where there is too little for an interval. */
  readonly low?: number;
  readonly high?: number;
  readonly periods: readonly QualityPeriod[];
}

export interface QualityDrift extends MeasuredQuality {
  readonly moved: boolean;
}

/** One of up to eight equal parts of the time. */
export interface QualityPeriod {
  readonly from: string;
  readonly requests: number;
  readonly value: number;
}

/** An earlier log, or an earlier window of the same one (ISO 8601; open where absent). */
export type DriftReference =
  | { readonly kind: 'files'; readonly source: readonly string[] }
  | { readonly kind: 'window'; readonly from?: string; readonly to?: string };

/** Distances from which on something has moved, where chance does not explain it. */
export interface DriftThresholds {
  /** Population stability index, above 0. */
  readonly psi: number;
  /** Jensen-Shannon distance, in (0, 1]. */
  readonly jensenShannon: number;
  /** Largest distance of two distribution functions, in (0, 1]. */
  readonly ks: number;
  /** Change of the baseline's quality over time: of accuracy as a proportion, of the mean absolute error relative to the first half. */
  readonly quality: number;
}
