import type { TestSpending } from '../../domain/statistics/spending.ts';
import { harmfulEnd } from '../../domain/bound.ts';
import type { PlannedSettings } from '../../stats/bounds/confidence-bound.ts';
import { plannedBounds } from '../../stats/bounds/planned-bounds.ts';
import type { Linearized } from '../../stats/estimates/linearized.ts';
import type { Proportion } from '../../stats/estimates/proportion.ts';
import type { PlannedTest } from '../../verdict/guardrail-tests.ts';

/** A look of a stage whose end is planned. */
export interface PlannedLook {
  /** Users in the log now, and at the planned end. */
  readonly users: number;
  readonly horizon: number;
  /** Of the latter, those of the judged cohort. */
  readonly judgedAtEnd: number;
}

/** What every planned test of a stage has spent: what earlier looks wrote down, and what this one adds. */
export class SpendingLedger {
  readonly #look: PlannedLook;
  readonly #entries: Map<string, TestSpending>;

  constructor(look: PlannedLook, earlier: readonly TestSpending[]) {
    this.#look = look;
    this.#entries = new Map(earlier.map((entry) => [keyOf(entry), entry]));
  }

  /**
   * The levels of a test's two bounds at this look, which are spent by asking.
   * @param rates one-sided error rates of its lower and upper bound over all looks.
   */
  spend(
    { guardrail, bound, segment }: PlannedTest,
    measured: Linearized | Proportion,
    { alphaLower, alphaUpper }: { readonly alphaLower: number; readonly alphaUpper: number },
  ): PlannedSettings {
    const subject = { metric: guardrail.metric.id, segment, bound };
    const { pass, breach } = this.#entries.get(keyOf(subject)) ?? { pass: [], breach: [] };
    const passes = harmfulEnd(bound.kind) === 'high' ? 'upper' : 'lower';
    const alpha =
      passes === 'upper' ? { pass: alphaUpper, breach: alphaLower } : { pass: alphaLower, breach: alphaUpper };
    const { users, horizon, judgedAtEnd } = this.#look;
    const test = { alpha, horizon, judgedAtEnd, passes } as const;
    const { settings, tested } = plannedBounds(measured, users, { pass, breach }, test);
    this.#entries.set(keyOf(subject), { ...subject, ...tested });
    return settings;
  }

  /** Every test in order of appearance. */
  get entries(): readonly TestSpending[] {
    return [...this.#entries.values()];
  }
}

function keyOf({
  metric,
  segment,
  bound: { kind, value, relative },
}: Pick<TestSpending, 'metric' | 'segment' | 'bound'>): string {
  return JSON.stringify([metric, segment, kind, value, relative]);
}
