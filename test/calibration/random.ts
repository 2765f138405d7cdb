import type { RandomGenerator } from 'pure-rand/types/RandomGenerator';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** Seeded draws for simulations: the same seed gives the same numbers on every machine. */
export class Random {
  readonly #generator: RandomGenerator;
  #spareNormal: number | undefined;

  constructor(seed: number) {
    this.#generator = xoroshiro128plus(seed);
  }

  /** Uniform in (0, 1). */
  uniform(): number {
    return ((this.#generator.next() >>> 0) + 0.5) / 2 ** 32;
  }

  /** Standard normal, by the polar method. */
  normal(): number {
    if (this.#spareNormal !== undefined) {
      const spare = this.#spareNormal;
      this.#spareNormal = undefined;
      return spare;
    }
    for (;;) {
      const x = 2 * this.uniform() - 1;
      const y = 2 * this.uniform() - 1;
      const radius = x * x + y * y;
      if (radius > 0 && radius < 1) {
        const factor = Math.sqrt((-2 * Math.log(radius)) / radius);
        this.#spareNormal = y * factor;
        return x * factor;
      }
    }
  }

  chance(probability: number): boolean {
    return this.uniform() < probability;
  }

  /** A whole number from 1 to `most` with a Pareto tail of exponent `exponent`: many ones, a few very large. */
  heavyTailedCount(most: number, exponent: number): number {
    return most === 1 ? 1 : Math.min(most, Math.floor(this.uniform() ** (-1 / exponent)));
  }
}
