import { createHash } from 'node:crypto';
import { canonicalJson } from '../domain/canonical-json.ts';
import { type Artifact, runtimeTraits } from '../domain/registry.ts';

/**
 * What tells a version's artifact from any other: the digest of its files, or of its whole entry where a server or a
 * program computes the version, since nobody here can see all that those are made of.
 *
 * @returns 64 lowercase hex digits; undefined where the version's outcomes are recorded
 */
export function artifactIdentity(artifact: Artifact): string | undefined {
  if (runtimeTraits[artifact.runtime].folder !== 'part') return artifact.sha256;
  return createHash('sha256').update(canonicalJson(artifact)).digest('hex');
}
