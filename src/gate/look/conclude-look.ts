import type { Frozen } from '../../domain/registry.ts';
import type { ConfusionChanges, Evidence, EvidenceInputs, LatencyCurves } from '../../domain/evidence.ts';
import type { ScoredChanges } from '../../domain/scores/scored-changes.ts';
import type { Stage } from '../../domain/plan.ts';
import type { StageScope } from '../../metrics/table/stage-scope.ts';
import { countOf, formatCount } from '../../domain/format-number.ts';
import { stageBefore } from '../rollout/stage-periods.ts';
import { timingChecks } from '../../verdict/checks/stage-timing.ts';
import { alarmCheck } from '../../verdict/alarm.ts';
import { approvalChecks } from '../../registry/file/approval.ts';
import { checkRollout } from '../../registry/file/rollout-check.ts';
import { decide } from '../../verdict/decide.ts';
import { assembleEvidence } from './assemble-evidence.ts';
import { type Beside, judgeSources, type JudgedSources } from './beside.ts';
import type { Judgement } from '../judge/judge-stage.ts';
import { isSameLook, nextLook } from './next-look.ts';
import { previewChange } from './preview-change.ts';
import type { Rollout } from '../rollout/rollout.ts';
import type { World } from '../world.ts';

/** What a look at a stage is concluded from. */
export interface LookedAt {
  readonly inputs: EvidenceInputs;
  readonly scope: StageScope;
  readonly latency?: LatencyCurves | undefined;
  readonly confusion?: ConfusionChanges | undefined;
  readonly scored?: ScoredChanges | undefined;
  readonly beside: Beside;
  /** Why the requests of now do not contain those of the previous look; absent where they do. */
  readonly lost?: string | undefined;
  /** Judges with what the first look of the series froze. */
  readonly judge: (frozen: Frozen | undefined) => Promise<Judgement>;
}

/** Numbers the look, judges it, decides and seals the evidence. */
export async function concludeLook(
  world: World,
  rollout: Rollout,
  stage: Stage,
  previous: Evidence | undefined,
  { inputs: read, scope, latency, confusion, scored, beside, lost, judge }: LookedAt,
): Promise<Evidence> {
  const recorded = rollout.record?.looks.filter((look) => look.stage === stage.name) ?? [];
  const lookedAt = { ...rollout, sample: rollout.plan.requests.sample };
  const look = nextLook(stage, lookedAt, previous, recorded, lost);
  if (look.newSeries !== undefined) world.note(`A new series of looks starts: ${look.newSeries}.`);
  const sources = await judgeSources(beside.sources, look.sources);
  for (const [name, why] of Object.entries(sources.newSeriesOf))
    world.note(`A new series of looks at ${name} starts: ${why}.`);
  const judged = withSources(await judge(look.frozen), sources);
  const moved = movedEnd(look.frozen, judged.frozen);
  if (moved !== undefined) world.note(moved);
  const now = world.now().toISOString();
  const { registry, plan } = rollout;
  const timing = timingChecks(stage, { before: stageBefore(rollout, stage), now });
  const approval = approvalChecks(registry, rollout, stage);
  const asked = [checkRollout(registry, plan.name, stage), ...approval, ...timing, ...judged.checks];
  const { golden } = beside;
  const found = golden === undefined ? asked : [...asked, golden.check];
  const { action } = plan.checks.alarm;
  const alarm = alarmCheck(judged.guardrails, found, { action, hasTraffic: hasTraffic(rollout) });
  const judgement = { ...judged, checks: alarm === undefined ? found : [alarm, ...found] };
  const inputs = {
    ...read,
    ...(golden === undefined ? {} : { golden: golden.files }),
    ...(isEmpty(sources.facts) ? {} : { sources: sources.facts }),
  };
  const verdict = decide(judgement.guardrails, judgement.checks);
  const registryChange = previewChange(rollout, stage, verdict.decision);
  const parts = { inputs, scope, latency, confusion, scored, judgement, verdict, registryChange };
  const { newSeriesOf } = sources;
  const begins = isEmpty(newSeriesOf) ? {} : { newSeriesOf };
  const evidence = assembleEvidence(world, rollout, { ...parts, look: { ...look.stage, ...begins } });
  // Looking again at the same data is the same look, so that it can be repeated to the byte.
  if (previous === undefined || !isSameLook(previous, evidence)) return evidence;
  return assembleEvidence(world, rollout, { ...parts, look: previous.stage });
}

/** What was judged on the log, and on the further sources beside it. */
function withSources(judged: Judgement, { frozen, comparisons, guardrails, checks }: JudgedSources): Judgement {
  return {
    ...judged,
    frozen: isEmpty(frozen) ? judged.frozen : { ...judged.frozen, sources: frozen },
    comparisons: [...judged.comparisons, ...comparisons],
    guardrails: [...judged.guardrails, ...guardrails],
    checks: [...judged.checks, ...checks],
  };
}

function isEmpty(record: object): boolean {
  return Object.keys(record).length === 0;
}

/** A series whose end the plan has moved goes on, and says so once. */
function movedEnd(before: Frozen | undefined, { horizon }: Frozen): string | undefined {
  if (before?.horizon === undefined || horizon === undefined || before.horizon === horizon) return undefined;
  return `The planned end moved from ${countOf(before.horizon, 'user')} to ${formatCount(horizon)}: the series goes on with the alpha that is left.`;
}

/** Whether users have the candidate, by the registry or by a router that canary does not move. */
function hasTraffic({ plan, registry, candidate }: Rollout): boolean {
  const told = plan.requests.weights?.at(-1)?.weight ?? registry.traffic[candidate.version] ?? 0;
  return told > 0;
}
