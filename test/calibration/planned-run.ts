import { type PlannedSettings, interval } from '../../src/stats/bounds/confidence-bound.ts';
import { plannedBounds, type TestedSides } from '../../src/stats/bounds/planned-bounds.ts';
import { proportionInterval } from '../../src/stats/bounds/proportion-bounds.ts';
import { alpha, type Look, type Misses, strictAlpha } from './tally.ts';

/** Whether a planned bound excluded the truth at any look, by what it would have proven. */
export interface PlannedMisses {
  readonly pass: Misses;
  readonly breach: Misses;
  /** Of a breach at alpha / 20. */
  readonly strict: Misses;
  /** Some look had a boundary that a test was made at. */
  tested: boolean;
}

/** One simulated rollout, as two guardrails see it that are alike but for which direction is harm, each at two levels. */
export class PlannedRun {
  readonly misses: PlannedMisses = {
    pass: { upper: false, lower: false },
    breach: { upper: false, lower: false },
    strict: { upper: false, lower: false },
    tested: false,
  };
  readonly #tests = [alpha, strictAlpha].map((breach) => ({ breach, tested: { pass: [], breach: [] } as TestedSides }));

  readonly #horizon: number;
  readonly #truth: number;

  constructor(horizon: number, truth: number) {
    this.#horizon = horizon;
    this.#truth = truth;
  }

  look(look: Look): void {
    if (look.kind === 'refused' || look.kind === 'uncomputable') return;
    for (const test of this.#tests) {
      const { breach } = test;
      const plan = { alpha: { pass: alpha, breach }, horizon: this.#horizon, judgedAtEnd: this.#horizon } as const;
      const { settings, tested } = plannedBounds(look, look.units, test.tested, { ...plan, passes: 'upper' });
      test.tested = tested;
      this.#mark(look, settings, 'upper', breach === alpha);
      // The boundaries of the other guardrail are the same, on the other sides.
      this.#mark(look, { ...settings, lower: settings.upper, upper: settings.lower }, 'lower', breach === alpha);
    }
  }

  #mark(
    look: Exclude<Look, { kind: 'refused' | 'uncomputable' }>,
    settings: PlannedSettings,
    passes: 'upper' | 'lower',
    isPlain: boolean,
  ): void {
    const bounds = look.kind === 'proportion' ? proportionInterval(look, settings) : interval(look, settings);
    if (bounds.kind === 'refused') return;
    this.misses.tested ||= Number.isFinite(settings[passes].boundary);
    const out = { upper: bounds.high < this.#truth, lower: bounds.low > this.#truth };
    const breaches = passes === 'upper' ? 'lower' : 'upper';
    if (isPlain) this.misses.pass[passes] ||= out[passes];
    this.misses[isPlain ? 'breach' : 'strict'][breaches] ||= out[breaches];
  }
}
