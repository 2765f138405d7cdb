import { unusableFile } from '../../domain/errors.ts';
import { canonicalJson } from '../../domain/canonical-json.ts';
import type { Evidence, GuardrailResult, VersionFacts } from '../../domain/evidence.ts';
import type { Guardrail, Stage } from '../../domain/plan.ts';
import type { ModelRegistry } from '../../domain/registry.ts';
import { lastMoveOf } from '../../registry/file/rollout-state.ts';
import { resolveArtifact, verifyArtifact } from '../../models/artifact.ts';
import { artifactIdentity } from '../../models/artifact-identity.ts';
import type { NumberedVersion } from '../../domain/resolve-version.ts';
import { evidenceDigest } from '../../report/document/serialize-evidence.ts';
import { digestGolden } from '../golden/read-golden.ts';
import { decide } from '../../verdict/decide.ts';
import type { Rollout } from '../rollout/rollout.ts';
import type { World } from '../world.ts';
import { checkRequests } from './same-records.ts';

/**
 * Makes sure that evidence is about things as they are now: unaltered, of this plan, stage, rollout state and artifacts,
 * of golden requests that are still the same, and of requests that are still there.
 * @returns what a person should know although it does not stop the change, a sentence each.
 * @throws UserError (exit 5) that names what moved.
 */
export async function verifyBinding(
  world: World,
  rollout: Rollout,
  stage: Stage,
  evidence: Evidence,
  file: string,
): Promise<readonly string[]> {
  const moved = findMoved(rollout, stage, evidence);
  if (moved !== undefined) throw refused(file, moved);
  await checkArtifact(world, rollout, rollout.baseline, evidence.inputs.baseline, file);
  await checkArtifact(world, rollout, rollout.candidate, evidence.inputs.candidate, file);
  await checkGolden(rollout, evidence, file);
  return await checkRequests(world, rollout, stage, evidence, (why) => refused(file, why));
}

function findMoved({ plan, digests, registry, record }: Rollout, stage: Stage, evidence: Evidence): string | undefined {
  if (evidenceDigest(evidence) !== evidence.digest)
    return 'its digest does not match its content: it was edited or cut';
  if (evidence.plan.name !== plan.name) return `it is for the plan ${evidence.plan.name}`;
  if (evidence.plan.sha256 !== digests.sha256) return 'the plan changed since';
  const { decision } = evidence.verdict;
  if (decide(evidence.guardrails, evidence.checks).decision !== decision)
    return `its verdict ${decision} does not follow from its guardrails and checks`;
  const untold = untoldGuardrail(plan.guardrails, evidence.guardrails);
  if (untold !== undefined) return `it does not say what happened to ${untold}`;
  if (evidence.stage.name !== stage.name || evidence.stage.weight !== stage.weight)
    return `it is for stage ${evidence.stage.name}`;
  const entered = record?.entered ?? [];
  const lastMove = lastMoveOf(registry, plan.name);
  if ((evidence.rollout.revision ?? 0) !== lastMove) {
    return `the rollout moved since: it was made before revision ${lastMove}${lastMoveText(registry, lastMove)}`;
  }
  if (!sameList(evidence.rollout.entered, entered)) {
    return `the rollout moved since: the stages entered are ${entered.join(', ') || 'none'} now, at revision ${registry.revision}`;
  }
  const versions = [...new Set([...Object.keys(evidence.rollout.traffic), ...Object.keys(registry.traffic)])];
  const moved = versions.find(
    (version) => (evidence.rollout.traffic[version] ?? 0) !== (registry.traffic[version] ?? 0),
  );
  return moved === undefined ? undefined : `the traffic of ${moved} moved since`;
}

function lastMoveText({ history }: ModelRegistry, revision: number): string {
  const entry = history.find((each) => each.revision === revision);
  if (entry === undefined) return '';
  const { action, stage, at, by } = entry;
  const words = [
    action,
    ...(stage === undefined ? [] : [stage]),
    ...(by === undefined ? [] : [`by ${by}`]),
    `at ${at}`,
  ];
  return ` (${words.join(' ')})`;
}

/** A bound of the plan that evidence says nothing of, so that no evaluation of this plan can have made it. */
function untoldGuardrail(guardrails: readonly Guardrail[], results: readonly GuardrailResult[]): string | undefined {
  const told = new Set(results.map(({ metric, bound }) => canonicalJson({ metric, bound })));
  return guardrails
    .filter(({ metric, bounds }) => bounds.some((bound) => !told.has(canonicalJson({ metric: metric.id, bound }))))
    .map(({ metric }) => metric.id)[0];
}

async function checkArtifact(
  { permissions }: World,
  rollout: Rollout,
  { version, entry }: NumberedVersion,
  facts: VersionFacts,
  file: string,
): Promise<void> {
  const { path, sha256 } = entry.artifact;
  if (facts.version !== version)
    throw refused(file, `it is about version ${facts.version}, the plan now means ${version}`);
  if (facts.sha256 !== artifactIdentity(entry.artifact))
    throw refused(file, `version ${version} has another artifact in the registry now`);
  if (path !== undefined && sha256 !== undefined) {
    await verifyArtifact(await resolveArtifact(rollout.registryFolder, path), sha256, permissions.artifactBytes);
  }
}

/** Another golden request is one that nobody answered, so that these files may not even grow. */
async function checkGolden(rollout: Rollout, { inputs }: Evidence, file: string): Promise<void> {
  if (rollout.plan.golden === undefined) return;
  const now = new Map((await digestGolden(rollout)).map(({ path, sha256 }) => [path, sha256]));
  const then = new Map((inputs.golden ?? []).map(({ path, sha256 }) => [path, sha256]));
  const moved = [...new Set([...then.keys(), ...now.keys()])].find((path) => then.get(path) !== now.get(path));
  if (moved !== undefined) throw refused(file, `the golden requests in ${moved} have changed since`);
}

function sameList(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((value, index) => value === right[index]);
}

function refused(file: string, why: string): Error {
  return unusableFile(`${file} cannot be acted on: ${why}`, {
    hint: 'Run canary evaluate again and promote what it finds.',
  });
}
