/** Which users of a log are read: each whole or not at all, whatever version would serve them. */
export interface UnitSample {
  /** Share of the units, in (0, 1]. */
  readonly units: number;
  /** Decides which; the same salt with a larger share takes the same units and more. */
  readonly salt: string;
}

/** Whether every unit of one sample is in another; undefined is the whole log. */
export function isWithinSample(inner: UnitSample | undefined, outer: UnitSample | undefined): boolean {
  if (outer === undefined || outer.units === 1) return true;
  return inner !== undefined && inner.units <= outer.units && inner.salt === outer.salt;
}
