import type { Diagnostic } from '../../domain/errors.ts';
import type { RolloutPlan } from '../../domain/plan.ts';
import type { ModelRegistry } from '../../domain/registry.ts';
import { located } from '../../documents/findings.ts';
import type { TreeNode } from '../../documents/tree.ts';
import type { PlanFacts } from './plan-facts.ts';
import type { LintFinding, LintRule } from './rule.ts';
import { lintRules } from './rules.ts';

export interface LintedPlan {
  readonly plan: RolloutPlan;
  /** Where the plan's values stand, as `parsePlan` returns them. */
  readonly positions: TreeNode;
  /** The registry's file of the plan's model; without it only the rules about the plan alone run. */
  readonly registry?: ModelRegistry | undefined;
  /** YYYY-MM-DD; without it nothing is too old. */
  readonly today?: string | undefined;
  /** What is known of artifacts, log and other plans; without it the rules about them do not run. */
  readonly facts?: PlanFacts | undefined;
}

/** Runs every rule that has what it needs; findings come located in the plan's text, in reading order. */
export function lintPlan(subject: LintedPlan): Diagnostic[] {
  const findings = lintRules.flatMap((rule) =>
    findingsOf(rule, subject).map((finding) => ({ ...finding, rule: rule.name })),
  );
  return located(subject.positions, findings);
}

function findingsOf(rule: LintRule, { plan, registry, today, facts }: LintedPlan): readonly LintFinding[] {
  if (rule.about === 'plan') return rule.check(plan);
  if (registry === undefined) return [];
  if (rule.about === 'registry') return rule.check(plan, registry);
  if (rule.about === 'facts') return facts === undefined ? [] : rule.check(plan, registry, facts);
  return today === undefined ? [] : rule.check(plan, registry, today);
}
