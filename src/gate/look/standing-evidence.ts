import type { CheckResult, Evidence } from '../../domain/evidence.ts';
import type { Stage } from '../../domain/plan.ts';
import { decide } from '../../verdict/decide.ts';
import { versionFacts } from '../outcomes/timed-version.ts';
import type { Rollout } from '../rollout/rollout.ts';
import type { World } from '../world.ts';
import { assembleEvidence } from './assemble-evidence.ts';
import { previewChange } from './preview-change.ts';

/**
 * What an evaluation finds where the state of the rollout decides whatever the log shows. Nothing is read or replayed, and it is no
 * look: a candidate that a person took out stays out when the log or a model cannot be used either.
 */
export function standingEvidence(world: World, rollout: Rollout, stage: Stage, check: CheckResult): Evidence {
  const { plan, baseline, candidate } = rollout;
  const verdict = decide([], [check]);
  const nobody = { requests: 0, errors: {} };
  const format = plan.requests.format === 'canary' ? {} : { format: plan.requests.format };
  return assembleEvidence(world, rollout, {
    look: { name: stage.name, weight: stage.weight, look: 0, series: 0 },
    inputs: { ...format, requests: [], baseline: versionFacts(baseline), candidate: versionFacts(candidate) },
    scope: { cohorts: [], outcomes: { baseline: nobody, candidate: nobody } },
    latency: undefined,
    confusion: undefined,
    judgement: { frozen: { tests: 0, plannedUnits: 1 }, comparisons: [], guardrails: [], checks: [check] },
    verdict,
    registryChange: previewChange(rollout, stage, verdict.decision),
  });
}
