import type { Diagnostic } from '../../domain/errors.ts';
import type { RolloutPlan } from '../../domain/plan.ts';
import type { ModelRegistry } from '../../domain/registry.ts';
import { located } from '../findings.ts';
import type { TreeNode } from '../tree.ts';
import { lintRules } from './rules.ts';

export interface LintSubject {
  readonly plan: RolloutPlan;
  /** Where the plan's values stand, as `parsePlan` returns them. */
  readonly positions: TreeNode;
  /** The registry's file of the plan's model; without it only the rules about the plan alone run. */
  readonly registry?: ModelRegistry | undefined;
}

/** Runs every rule that has what it needs; findings come located in the plan's text, in reading order. */
export function lintPlan({ plan, positions, registry }: LintSubject): Diagnostic[] {
  const findings = lintRules.flatMap((rule) => {
    if (rule.about === 'plan') return rule.check(plan).map((finding) => ({ ...finding, rule: rule.name }));
    if (registry === undefined) return [];
    return rule.check(plan, registry).map((finding) => ({ ...finding, rule: rule.name }));
  });
  return located(positions, findings);
}
