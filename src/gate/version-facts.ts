import type { VersionFacts } from '../domain/evidence.ts';
import type { Rollout } from './rollout.ts';

/** The registry's own word of a version; `promote` checks it against the artifact. */
export function versionFacts({ version, entry }: Rollout['baseline']): VersionFacts {
  const { runtime, sha256 } = entry.artifact;
  return { version, runtime, ...(sha256 === undefined ? {} : { sha256 }) };
}
