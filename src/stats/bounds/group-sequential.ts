import { normalUpperQuantile, normalUpperTail } from '../distributions.ts';

/** A look at which a statistic was held against a boundary. */
export interface BoundedLook {
  /** Fisher information of the estimate then, 1 / se^2; above 0, rising from look to look. */
  readonly information: number;
  /** How many standard errors the estimate had to lie from the truth to cross. */
  readonly boundary: number;
}

/** Mesh of the grid: 12 r - 3 points, which gives boundaries to some six digits. */
const mesh = 18;

/** Beyond so many standard deviations of an increment a density adds nothing that a double could hold. */
const reach = 9;

/** No boundary lies farther out: its tail is no double. */
const farthest = 38;
const precision = 1e-10;

/** Where the statistic is among the series that have crossed no boundary so far: values, and the probability that each stands for. */
interface Survivors {
  readonly information: number;
  readonly values: Float64Array;
  readonly masses: Float64Array;
}

/**
 * The boundary of the next look of a group-sequential test: the c at which a statistic whose truth is zero, and which has crossed none of the past
 * boundaries, reaches c with a given probability. Z_k sqrt(I_k) has independent normal increments of variance I_k - I_(k-1), and its density is carried from
 * look to look by recursive numerical integration (Armitage, McPherson and Rowe 1969, Repeated significance tests on accumulating data; Jennison and
 * Turnbull 2000, Group Sequential Methods, section 19.2: Simpson's rule on their grid).
 * @param past looks with a boundary, in order.
 * @param information of the next look, above that of the last.
 * @param probability to cross at this look and at none before, in [1e-12, 0.5).
 */
export function nextBoundary(past: readonly BoundedLook[], information: number, probability: number): number {
  requireRising(past, information);
  const survivors = survivorsAfter(past);
  if (survivors === undefined) return normalUpperQuantile(probability);
  return solved(survivors, information, probability);
}

function requireRising(past: readonly BoundedLook[], information: number): void {
  let before = 0;
  for (const { information: known } of [...past, { information }]) {
    if (!(known > before && Number.isFinite(known))) throw new RangeError('Information has to rise from look to look.');
    before = known;
  }
}

/** The c with P(Z_k >= c and no crossing before) = probability: Newton's steps on its logarithm, which is concave, and bisection where one leaves the bracket. */
function solved(before: Survivors, information: number, probability: number): number {
  // To cross here and not before is rarer than to cross here, so that the boundary of a single look is the farthest.
  let [low, high] = [-farthest, normalUpperQuantile(probability)];
  let boundary = high;
  while (high - low > precision) {
    const { tail, density } = crossing(before, information, boundary);
    if (tail > probability) low = boundary;
    else high = boundary;
    const step = (tail * Math.log(tail / probability)) / density;
    if (Math.abs(step) < precision) return boundary + step;
    const newton = boundary + step;
    boundary = newton > low && newton < high ? newton : (low + high) / 2;
  }
  return high;
}

/** P(Z_k >= c and no crossing before), and its derivative's size. */
function crossing(before: Survivors, information: number, boundary: number) {
  const spread = Math.sqrt(information - before.information);
  const [scale, scaleBefore] = [Math.sqrt(information) / spread, Math.sqrt(before.information) / spread];
  let [tail, density] = [0, 0];
  before.values.forEach((value, at) => {
    const mass = before.masses[at] ?? 0;
    const increment = scale * boundary - scaleBefore * value;
    tail += mass * normalUpperTail(increment);
    density += mass * scale * normalDensity(increment);
  });
  return { tail, density };
}

/** What was worked out for a look, and the look before it, without which it would be another's. */
const known = new WeakMap<BoundedLook, { readonly before: BoundedLook | undefined; readonly survivors: Survivors }>();

/** Looks do not change, so that a series which goes on starts from where it was. */
function survivorsAfter(looks: readonly BoundedLook[]): Survivors | undefined {
  let survivors: Survivors | undefined;
  let isKnown = true;
  looks.forEach((look, at) => {
    const found = known.get(look);
    isKnown &&= found !== undefined && found.before === looks[at - 1];
    survivors = isKnown && found !== undefined ? found.survivors : survivorsOf(look, survivors);
    known.set(look, { before: looks[at - 1], survivors });
  });
  return survivors;
}

/** Carries the density on to a look and cuts off what crosses its boundary. */
function survivorsOf({ information, boundary }: BoundedLook, before: Survivors | undefined): Survivors {
  const { values, weights } = simpson(gridBelow(boundary));
  const density = before === undefined ? normalDensity : densityAfter(before, information);
  return { information, values, masses: weights.map((weight, at) => weight * density(values[at] ?? 0)) };
}

function normalDensity(value: number): number {
  return Math.exp(-(value * value) / 2) / Math.sqrt(2 * Math.PI);
}

/** The density of Z_k among those that crossed no boundary before. */
function densityAfter(before: Survivors, information: number): (value: number) => number {
  const spread = Math.sqrt(information - before.information);
  const [scale, scaleBefore] = [Math.sqrt(information) / spread, Math.sqrt(before.information) / spread];
  const { values, masses } = before;
  return (value) => {
    let sum = 0;
    for (let at = 0; at < values.length; at += 1) {
      const increment = scale * value - scaleBefore * (values[at] ?? 0);
      if (increment > reach) continue;
      if (increment < -reach) break;
      sum += (masses[at] ?? 0) * Math.exp(-(increment * increment) / 2);
    }
    return (sum * scale) / Math.sqrt(2 * Math.PI);
  };
}

/** Jennison and Turnbull's grid below a boundary: dense where the density is, logarithmic in its tails. */
function gridBelow(boundary: number): number[] {
  const points: number[] = [];
  for (let index = 1; index <= 6 * mesh - 1; index += 1) {
    const point =
      index < mesh
        ? -3 - 4 * Math.log(mesh / index)
        : index <= 5 * mesh
          ? -3 + (3 * (index - mesh)) / (2 * mesh)
          : 3 + 4 * Math.log(mesh / (6 * mesh - index));
    if (point < boundary) points.push(point);
  }
  return [...points, boundary];
}

/** Nodes and weights of Simpson's rule on neighbouring intervals of unequal length, each with its middle. */
function simpson(points: readonly number[]): { readonly values: Float64Array; readonly weights: Float64Array } {
  const values = new Float64Array(2 * points.length - 1);
  const weights = new Float64Array(values.length);
  for (let index = 0; index + 1 < points.length; index += 1) {
    const [left, right] = [points[index] ?? 0, points[index + 1] ?? 0];
    values.set([left, (left + right) / 2, right], 2 * index);
    const sixth = (right - left) / 6;
    weights[2 * index] = (weights[2 * index] ?? 0) + sixth;
    weights[2 * index + 1] = 4 * sixth;
    weights[2 * index + 2] = sixth;
  }
  return { values, weights };
}
