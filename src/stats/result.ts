/** A quantity that the data do not define, and why. Nothing in this folder returns NaN in its place. */
export interface Uncomputable {
  readonly kind: 'uncomputable';
  readonly reason: string;
}

/** A quantity that is defined, but on which no bound can be trusted with the data at hand. */
export interface Refusal {
  readonly kind: 'refused';
  readonly reason: string;
  /** Data at which the refusal would probably end; absent where that cannot be said. */
  readonly needed?: DataSize;
  /** True where more data of this kind would not help. */
  readonly unboundable?: true;
}

/** An amount of data: whole units and the requests that they would bring. */
export interface DataSize {
  readonly units: number;
  readonly requests: number;
}

/** Two one-sided bounds, each at its own level; an end is infinite where the level asked for allows no bound. */
export interface Interval {
  readonly kind: 'interval';
  readonly low: number;
  readonly high: number;
}

export function uncomputable(reason: string): Uncomputable {
  return { kind: 'uncomputable', reason };
}
