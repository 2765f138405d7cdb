import { unusableFile } from '../../domain/errors.ts';
import type { ModelRegistry, VersionStatus } from '../../domain/registry.ts';
import { type RolloutVersions, recordOf, rolloutState, rolloutUnderway } from '../file/rollout-state.ts';

/** @throws UserError (exit 5) for a version that the registry does not have. */
export function statusOf(registry: ModelRegistry, version: string): VersionStatus {
  const entry = Object.hasOwn(registry.versions, version) ? registry.versions[version] : undefined;
  if (entry !== undefined) return entry.status;
  throw unusableFile(`${registry.model} has no version ${version} in the registry`, {
    hint: `Its versions are ${Object.keys(registry.versions).join(', ')}.`,
  });
}

/** @throws UserError (exit 5) when the registry lacks a version of the plan, or knows the rollout with other versions. */
export function requireSameVersions(registry: ModelRegistry, rollout: RolloutVersions): void {
  const { name, baseline, candidate } = rollout;
  for (const version of [baseline, candidate]) statusOf(registry, version);
  const record = recordOf(registry, rollout);
  if (record.baseline === baseline && record.candidate === candidate) return;
  throw unusableFile(
    `The rollout ${name} is from ${record.baseline} to ${record.candidate} in the registry, not from ${baseline} to ${candidate}`,
    { hint: 'Give the plan a new name: a different pair of versions is a different rollout.' },
  );
}

/** @throws UserError (exit 5) when the candidate was taken out of traffic under this plan's name. */
export function requireNotRolledBack(registry: ModelRegistry, { name, candidate }: RolloutVersions): void {
  if (rolloutState(registry, name) !== 'rolled-back') return;
  throw unusableFile(`The rollout ${name} has ended: ${candidate} was rolled back`, {
    hint: 'Once its cause is known, the candidate can start again under a new plan name, or with canary promote --override increase.',
  });
}

/** @throws UserError (exit 5) when another rollout of the model is under way. */
export function requireNoOther(registry: ModelRegistry, { name }: RolloutVersions): void {
  const other = rolloutUnderway(registry);
  if (other === undefined || other === name) return;
  throw unusableFile(`The rollout ${other} of ${registry.model} is under way; ${name} cannot move at the same time`, {
    hint: `Complete ${other}, or take its candidate out of traffic first.`,
  });
}

/** @throws UserError (exit 5) when the rollout would not go on from the version in production. */
export function requireStableBaseline(registry: ModelRegistry, { baseline, name }: RolloutVersions): void {
  const status = statusOf(registry, baseline);
  const stable = registry.aliases['stable'] ?? baseline;
  if (status === 'stable' && stable === baseline) return;
  const found = status === 'stable' ? `the alias stable names ${stable}` : `its status is ${status}`;
  throw unusableFile(`The baseline ${baseline} of ${name} is not the stable version of ${registry.model}: ${found}`, {
    hint: stable === baseline ? 'Name the version that serves users as baseline.' : `Name ${stable} as baseline.`,
  });
}

const mayStart: readonly VersionStatus[] = ['registered', 'archived', 'rolled_back'];

/** @throws UserError (exit 5) when the baseline does not serve everybody, or the candidate is in use, before a first stage. */
export function requireFreshStart(registry: ModelRegistry, { name, baseline, candidate }: RolloutVersions): void {
  const share = registry.traffic[baseline] ?? 0;
  if (share !== 1) {
    throw unusableFile(`The baseline ${baseline} of ${name} serves ${share} of the traffic, not all of it`, {
      hint: `A rollout starts from traffic { "${baseline}": 1 }.`,
    });
  }
  const status = statusOf(registry, candidate);
  if (mayStart.includes(status)) return;
  throw unusableFile(`The candidate ${candidate} of ${name} is ${status} already`, {
    hint: `A rollout starts with a candidate that is ${mayStart.join(', ')}.`,
  });
}
