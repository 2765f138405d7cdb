import { unusableFile, UserError } from '../../domain/errors.ts';
import type { Evidence } from '../../domain/evidence.ts';
import type { Stage } from '../../domain/plan.ts';
import type { RecordedLook } from '../../registry/change/transition.ts';
import { lastMoveOf, rolloutState } from '../../registry/file/rollout-state.ts';
import { evidenceDigest } from '../../report/document/serialize-evidence.ts';
import { basisOf } from '../../domain/judged.ts';
import { largestFirstWeight } from '../../verdict/checks/nothing-served.ts';
import { frozenOf, sourcesOf } from '../look/next-look.ts';
import type { Rollout } from '../rollout/rollout.ts';
import { type EvidencePlace, evidencePlace, readLatest, requireOwn, workFolder } from '../rollout/work-folder.ts';
import type { World } from '../world.ts';
import { verifyBinding } from './evidence-binding.ts';
import type { PromoteOptions } from './promote-options.ts';
import { readSigned, requireSignedOverride } from './require-signed.ts';

/**
 * The evidence to act on. A person may hold or roll back without any, begin anew with a shadow stage, which exposes nobody, and begin the first
 * live stage with few users; to
 * increase otherwise without having looked is not offered, since absence of evidence is never a pass.
 */
export async function evidenceFor(
  world: World,
  rollout: Rollout,
  stage: Stage,
  options: PromoteOptions,
): Promise<Evidence | undefined> {
  const place = placeOf(world, rollout, stage, options);
  requireTrusted(world, rollout, place, options);
  const evidence = await foundEvidence(world, rollout, stage, place, options);
  await requireSignedOverride(world, rollout, stage, place.latest, evidence, options);
  return evidence;
}

async function foundEvidence(
  world: World,
  rollout: Rollout,
  stage: Stage,
  place: EvidencePlace,
  options: PromoteOptions,
): Promise<Evidence | undefined> {
  const isSigned = rollout.plan.attestation !== undefined && options.override === undefined;
  const mayBeAbsent = needsNoEvidence(rollout, stage, options);
  try {
    const evidence = await (isSigned ? readSigned(world, rollout, place.latest, options) : readLatest(place));
    if (evidence === undefined) {
      if (mayBeAbsent) return undefined;
      throw unusableFile(`There is no evidence for stage ${stage.name} at ${place.latest}`, {
        hint: `canary evaluate ${rollout.file} --stage ${stage.name} writes it; the registry is at revision ${rollout.registry.revision}.`,
      });
    }
    for (const note of await verifyBinding(world, rollout, stage, evidence, place.latest)) world.note(note);
    return evidence;
  } catch (error) {
    if (!mayBeAbsent || !(error instanceof UserError)) throw error;
    world.note(`Acting without evidence: ${error.message}`);
    return undefined;
  }
}

/** A file that was named is believed as it is, unless nothing is to be trusted. */
function requireTrusted(
  world: World,
  { folder }: Rollout,
  { latest }: EvidencePlace,
  { evidence: chosen }: PromoteOptions,
): void {
  if (chosen === undefined || !world.permissions.run)
    requireOwn(chosen === undefined ? workFolder(world, folder) : latest);
}

function needsNoEvidence({ plan, registry, candidate }: Rollout, stage: Stage, { override }: PromoteOptions): boolean {
  if (override === 'hold' || override === 'rollback') return true;
  const beginsAnew = override === 'increase' && rolloutState(registry, plan.name) === 'rolled-back';
  return (
    (beginsAnew && stage.weight === 0) || (override === 'increase' && isFirstLive({ plan, registry, candidate }, stage))
  );
}

/** A live stage cannot show anything before somebody begins it; a person may, with few users. */
function isFirstLive(
  { plan, registry, candidate }: Pick<Rollout, 'plan' | 'registry' | 'candidate'>,
  stage: Stage,
): boolean {
  const isSmall = stage.weight > 0 && stage.weight <= largestFirstWeight;
  const hasNone = (registry.traffic[candidate.version] ?? 0) === 0;
  return isSmall && hasNone && basisOf(plan, stage) === 'live';
}

function placeOf(world: World, { folder, plan }: Rollout, stage: Stage, { evidence }: PromoteOptions): EvidencePlace {
  return evidencePlace(world, folder, plan.name, stage.name, evidence);
}

/** Whether there is evidence that was made since the rollout last moved, or one that was edited, which must be told. */
export async function isOfNow(world: World, rollout: Rollout, stage: Stage, options: PromoteOptions): Promise<boolean> {
  const place = placeOf(world, rollout, stage, options);
  requireTrusted(world, rollout, place, options);
  const evidence = await readLatest(place);
  if (evidence === undefined) return false;
  if (evidenceDigest(evidence) !== evidence.digest) return true;
  return (evidence.rollout.revision ?? 0) === lastMoveOf(rollout.registry, rollout.plan.name);
}

/** What the registry keeps of a look that was acted on. */
export function lookOf({ plan, stage, statistics, digest, verdict, inputs }: Evidence): RecordedLook {
  const { look, series } = stage;
  return {
    look,
    series,
    plan: plan.withoutEnd ?? plan.sha256,
    ...(inputs.sample === undefined ? {} : { sample: inputs.sample }),
    verdict: verdict.decision,
    ...(verdict.alarm === true ? { alarm: true } : {}),
    evidence: `sha256:${digest}`,
    ...frozenOf(statistics),
    ...sourcesOf(statistics),
  };
}
