/** A stretch of time during which the candidate had the same share of the traffic. */
export interface Period {
  /** When it began (ISO 8601); the beginning of the log where absent. */
  readonly from?: string;
  /** When the next one began, or was on its way; absent for the period in force. */
  readonly to?: string;
  /** The candidate's share of the traffic, in [0, 1]; absent where nobody told it. */
  readonly weight?: number;
}

/** A period of which requests count from some time on: those before it were on their way when the weight changed. */
export interface SettledPeriod extends Period {
  /** Absent where it has no beginning that is known. */
  readonly settledFrom?: string;
  /** When its weight was on its way to the router, which gave the one before or this one; absent where it had it at once. */
  readonly decided?: string;
}

/** A weight and since when a router gives it (ISO 8601). */
export interface TimedWeight {
  readonly from: string;
  /** When somebody decided it, where the router was told later. */
  readonly decided?: string;
  readonly weight: number;
}

/** Only where both versions answer is there anything to compare; a weight that nobody told is that of such a split. */
export function isSplit({ weight }: Pick<Period, 'weight'>): boolean {
  return weight === undefined || (weight > 0 && weight < 1);
}
