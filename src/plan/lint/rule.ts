import type { Diagnostic } from '../../domain/errors.ts';
import type { Metric } from '../../domain/metric.ts';
import type { RolloutPlan } from '../../domain/plan.ts';
import type { ModelRegistry } from '../../domain/registry.ts';
import type { TreePath } from '../../documents/tree.ts';
import type { PlanFacts } from './plan-facts.ts';

/** What a rule found, at a path of the plan; message and hint are clauses that a semicolon can join. */
export interface LintFinding {
  readonly severity: Diagnostic['severity'];
  readonly path: TreePath;
  /** Where the key is what is wrong, and not its value. */
  readonly at?: 'key';
  readonly message: string;
  readonly hint: string;
}

/** A rule that judges the plan alone, the plan against the registry's file of its model, both against the calendar, or against what is known of the world. */
export type LintRule =
  | { readonly name: string; readonly about: 'plan'; check(plan: RolloutPlan): readonly LintFinding[] }
  | {
      readonly name: string;
      readonly about: 'registry';
      check(plan: RolloutPlan, registry: ModelRegistry): readonly LintFinding[];
    }
  | {
      readonly name: string;
      readonly about: 'now';
      /** @param now ISO 8601 */
      check(plan: RolloutPlan, registry: ModelRegistry, now: string): readonly LintFinding[];
    }
  | {
      readonly name: string;
      readonly about: 'facts';
      check(plan: RolloutPlan, registry: ModelRegistry, facts: PlanFacts): readonly LintFinding[];
    };

/** What is wrong with a metric or a key where it is asked of these versions: a clause, and what to write instead. */
export interface Mismatch {
  readonly problem: string;
  readonly hint: string;
}

/** The error that the metric of a guardrail does not fit. @param index of the guardrail in the plan */
export function unfitMetric(index: number, metric: Metric, { problem, hint }: Mismatch): LintFinding {
  const message = `metric: ${metric.id} ${problem}`;
  return { severity: 'error', path: ['guardrails', index, 'metric'], message, hint };
}
