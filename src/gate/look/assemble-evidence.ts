import type { ScoredChanges } from '../../domain/scores/scored-changes.ts';
import { basename } from 'node:path';
import type {
  ConfusionChanges,
  Evidence,
  EvidenceInputs,
  LatencyCurves,
  RegistryChange,
  StageLook,
  Verdict,
} from '../../domain/evidence.ts';
import type { RolloutFacts } from '../../domain/stages/rollout-facts.ts';
import type { StageScope } from '../../metrics/table/stage-scope.ts';
import { evidenceDigest } from '../../report/document/serialize-evidence.ts';
import type { Judgement } from '../judge/judge-stage.ts';
import type { Rollout } from '../rollout/rollout.ts';
import { lastMoveOf } from '../../registry/file/rollout-state.ts';
import type { World } from '../world.ts';

/** The parts of an evaluation that its evidence is put together from. */
export interface EvidenceParts {
  readonly look: StageLook;
  readonly inputs: EvidenceInputs;
  readonly scope: Pick<StageScope, 'cohorts' | 'outcomes'>;
  readonly latency: LatencyCurves | undefined;
  readonly confusion: ConfusionChanges | undefined;
  readonly scored?: ScoredChanges | undefined;
  readonly judgement: Judgement;
  readonly verdict: Verdict;
  readonly registryChange: RegistryChange;
}

/** Where the rollout stands, which `promote` holds against what it is then. */
export function rolloutFacts({ plan, registry, record }: Rollout): RolloutFacts {
  const { traffic, applied } = registry;
  const stands = { entered: record?.entered ?? [], traffic, revision: lastMoveOf(registry, plan.name) };
  return applied === false ? { ...stands, applied } : stands;
}

/** Puts the evidence together and seals it with its digest. */
export function assembleEvidence(world: World, rollout: Rollout, parts: EvidenceParts): Evidence {
  const { plan, digests } = rollout;
  const { sha256, seriesSha256: withoutEnd } = digests;
  const { confidence, inference } = plan.statistics;
  const { comparisons, guardrails, checks, frozen, drift } = parts.judgement;
  const unsealed: Evidence = {
    schemaVersion: 1,
    createdAt: world.now().toISOString(),
    digest: '',
    tool: { name: 'canary', version: world.version },
    plan: { name: plan.name, sha256, withoutEnd, file: basename(rollout.file), model: plan.model },
    stage: parts.look,
    statistics: { confidence, inference, ...frozen },
    rollout: rolloutFacts(rollout),
    inputs: parts.inputs,
    cohorts: parts.scope.cohorts,
    outcomes: parts.scope.outcomes,
    comparisons,
    ...(parts.latency === undefined ? {} : { latency: parts.latency }),
    ...(parts.confusion === undefined ? {} : { confusion: parts.confusion }),
    ...(parts.scored === undefined ? {} : { scored: parts.scored }),
    ...(drift === undefined ? {} : { drift }),
    guardrails,
    checks,
    verdict: parts.verdict,
    registryChange: parts.registryChange,
  };
  return { ...unsealed, digest: evidenceDigest(unsealed) };
}
