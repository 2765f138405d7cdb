/** The nearest weights below and above one that is not a whole number of steps, each in [0, 1]. */
export interface NearestWeights {
  readonly below: number;
  readonly above: number;
}

/**
 * How many steps a weight is, where it is a whole number of them within a billionth, or within what doubles can tell apart.
 * @param weight in [0, 1]
 * @param steps into how many the whole is divided
 */
export function wholeSteps(weight: number, steps: number): number | undefined {
  const exact = weight * steps;
  const whole = Math.round(exact);
  return Math.abs(exact - whole) <= Math.max(1e-9, exact * 2 ** -51) ? whole : undefined;
}

/** The weights beside one that is not a whole number of steps; undefined where it is. */
export function nearestWeights(weight: number, steps: number): NearestWeights | undefined {
  if (wholeSteps(weight, steps) !== undefined) return undefined;
  const below = Math.floor(weight * steps);
  return { below: below / steps, above: (below + 1) / steps };
}

/** A weight as a plan writes it. */
export function weightText(weight: number): string {
  return `${Number((weight * 100).toPrecision(12))}%`;
}
