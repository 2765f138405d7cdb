import type { CheckResult } from '../../domain/evidence.ts';
import type { PlanFacts } from '../../plan/lint/plan-facts.ts';
import type { PlanReview, StageReview } from '../../report/commands/plan-text.ts';
import type { DetectableChange } from '../../report/commands/waiting-text.ts';

/** What a plan is judged on, and why the changes that its stages could detect are unknown where they are. */
export interface ReviewedStages {
  readonly log: PlanReview['log'];
  readonly stages: readonly ReviewedStage[];
  readonly unknown: string;
  /** The log as it was held against the models. */
  readonly checks: readonly CheckResult[];
  /** What the lint rules may know of a request log. */
  readonly facts: Pick<PlanFacts, 'log' | 'undecidable'>;
}

export interface ReviewedStage {
  readonly size: StageReview;
  /** Per guardrail, where the log holds the outcomes of both versions. */
  readonly changes: readonly (DetectableChange | undefined)[] | undefined;
}
