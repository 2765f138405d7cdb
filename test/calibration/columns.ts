import type { Random } from './random.ts';
import type { Design } from './scenario.ts';
import type { SimulatedLog } from './simulated-log.ts';

/** Per-unit columns of one group of units, filled look by look. Units are numbered in order of arrival. */
export class Columns {
  readonly #requests: Float64Array;
  readonly #baseline: Float64Array;
  readonly #candidate: Float64Array;
  readonly #unitsUntil: Int32Array;
  #units = 0;

  constructor(units: number, unitsUntil: Int32Array) {
    this.#requests = new Float64Array(units);
    this.#baseline = new Float64Array(units);
    this.#candidate = new Float64Array(units);
    this.#unitsUntil = unitsUntil;
  }

  add(unit: number, baseline: number, candidate: number): void {
    this.#requests[unit] = (this.#requests[unit] ?? 0) + 1;
    this.#baseline[unit] = (this.#baseline[unit] ?? 0) + baseline;
    this.#candidate[unit] = (this.#candidate[unit] ?? 0) + candidate;
  }

  /** Moves on to the units that have arrived at a look. */
  arriveAt(look: number): void {
    this.#units = this.#unitsUntil[look] ?? 0;
  }

  get requests(): Float64Array {
    return this.#requests.subarray(0, this.#units);
  }
  get baseline(): Float64Array {
    return this.#baseline.subarray(0, this.#units);
  }
  get candidate(): Float64Array {
    return this.#candidate.subarray(0, this.#units);
  }
}

/** Who is in which group: group 0 is the baseline's (served only), group 1 the candidate's. */
export interface Groups {
  readonly group: Uint8Array;
  /** Number of the unit within its group, in order of arrival. */
  readonly position: Int32Array;
  readonly columns: readonly [Columns, Columns];
}

/** Deals the units into the groups of a design; in pairs every unit is in the candidate's group. */
export function dealUnits(random: Random, log: SimulatedLog, design: Design): Groups {
  const units = log.unitsUntil.at(-1) ?? 0;
  const group = new Uint8Array(units);
  const position = new Int32Array(units);
  const sizes: [number, number] = [0, 0];
  const until: [Int32Array, Int32Array] = [new Int32Array(log.until.length), new Int32Array(log.until.length)];
  let look = 0;
  for (let unit = 0; unit < units; unit += 1) {
    while (unit >= (log.unitsUntil[look] ?? units)) {
      until[0][look] = sizes[0];
      until[1][look] = sizes[1];
      look += 1;
    }
    const side = design.kind === 'paired' || random.chance(design.candidateShare) ? 1 : 0;
    group[unit] = side;
    position[unit] = sizes[side];
    sizes[side] += 1;
  }
  for (; look < log.until.length; look += 1) {
    until[0][look] = sizes[0];
    until[1][look] = sizes[1];
  }
  return { group, position, columns: [new Columns(sizes[0], until[0]), new Columns(sizes[1], until[1])] };
}
