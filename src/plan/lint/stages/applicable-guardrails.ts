import { holdsNumbers } from '../../../domain/told-number.ts';
import { basisOf, impossibleOn, whyNotIn } from '../../../domain/judged.ts';
import { metricTraits } from '../../../domain/metric.ts';
import type { Guardrail, RolloutPlan, Stage } from '../../../domain/plan.ts';
import type { Basis } from '../../../domain/stages/basis.ts';
import { isRecorded } from '../../../domain/registry.ts';
import { type NumberedVersion, resolveBoth } from '../../../domain/resolve-version.ts';
import type { Role } from '../../../domain/role.ts';
import type { LintFinding, LintRule } from '../rule.ts';

/** A guardrail that no stage is judged by guards nothing, and a stage with traffic has to be guarded against errors. */
export const applicableGuardrails: LintRule = {
  name: 'applicable-guardrails',
  about: 'registry',
  check(plan, registry) {
    const both = resolveBoth(plan, registry);
    if (both === undefined || holdsNumbers(plan.requests.format)) return [];
    const applies = (guardrail: Guardrail, stage: Stage) =>
      mayApply(plan, guardrail, stage, certainBasis(plan, stage, both));
    const idle = plan.guardrails.flatMap((guardrail, index): LintFinding[] => {
      if (plan.stages.some((stage) => applies(guardrail, stage))) return [];
      return [
        {
          severity: 'error',
          path: ['guardrails', index],
          message: `the guardrail on ${guardrail.metric.id} applies to no stage`,
          hint: 'name a stage that it can apply to, or delete the guardrail',
        },
      ];
    });
    const ofErrors = plan.guardrails.filter(
      ({ metric, onBreach }) => onBreach !== 'report' && metricTraits(metric).concern === 'errors',
    );
    const unguarded = plan.stages.flatMap((stage, index): LintFinding[] => {
      const isMeant = ofErrors.length > 0 || stage.basis === 'live';
      if (stage.weight === 0 || !isMeant || ofErrors.some((guardrail) => applies(guardrail, stage))) return [];
      return [
        {
          severity: 'error',
          path: ['stages', index, 'name'],
          message: `no guardrail on errors applies to stage ${stage.name}, which gives users the candidate`,
          hint: 'add { metric: error_rate, max: 1% }, or name the stage in the stages of one',
        },
      ];
    });
    return [...idle, ...unguarded];
  },
};

function mayApply(plan: RolloutPlan, guardrail: Guardrail, stage: Stage, basis: Basis | undefined): boolean {
  if (guardrail.stages?.includes(stage.name) === false) return false;
  // A stage that rests on what is served waits for traffic, as the numbers of a server do.
  if (basisOf(plan, stage) === 'replay' && whyNotIn(plan, guardrail, stage) !== undefined) return false;
  const rests = guardrail.source === undefined ? basis : undefined;
  return rests === undefined || impossibleOn(guardrail.metric.family, rests) === undefined;
}

/** What a stage rests on, where its log cannot tell otherwise. */
function certainBasis(plan: RolloutPlan, stage: Stage, both: Record<Role, NumberedVersion>): Basis | undefined {
  if (stage.basis !== undefined) return stage.basis;
  const isReplayed = [both.baseline, both.candidate].every(({ entry }) => !isRecorded(entry.artifact.runtime));
  return basisOf(plan, stage) === 'replay' && isReplayed ? 'replay' : undefined;
}
