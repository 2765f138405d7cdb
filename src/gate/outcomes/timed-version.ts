import { unusableFile } from '../../domain/errors.ts';
import type { Artifact } from '../../domain/registry.ts';
import type { Role } from '../../domain/role.ts';
import { resolveArtifact } from '../../models/artifact.ts';
import { artifactIdentity } from '../../models/artifact-identity.ts';
import type { TimedVersion } from '../../replay/timing/stopwatch.ts';
import type { Rollout } from '../rollout/rollout.ts';
import type { VersionFacts } from '../../domain/evidence.ts';

/** Enough for a program to import its libraries and load its model, unless its artifact says otherwise. */
const usualStartMs = 30_000;

/** What running one side of a rollout takes. @throws UserError (exit 5) when it has nothing that could run, or its folder is missing */
export async function timedVersion(rollout: Rollout, role: Role): Promise<TimedVersion> {
  const { version, entry } = rollout[role];
  const { signature, artifact } = entry;
  const identity = artifactIdentity(artifact);
  if (artifact.runtime === 'http' && identity !== undefined) {
    const { runtime, path: _path, sha256: _sha256, ...endpoint } = artifact;
    const preprocess = await filesOf(rollout, artifact);
    const spec = { version, runtime, endpoint, signature, ...(preprocess === undefined ? {} : { preprocess }) };
    return { spec, sha256: identity };
  }
  if (artifact.runtime === 'command' && identity !== undefined) {
    const { runtime, command, startTimeoutMs = usualStartMs } = artifact;
    const place = (await filesOf(rollout, artifact)) ?? { folder: rollout.registryFolder };
    return { spec: { version, runtime, command, startTimeoutMs, signature, ...place }, sha256: identity };
  }
  const { runtime } = artifact;
  const isRun = runtime === 'tfjs' || runtime === 'onnx';
  const files = isRun ? await filesOf(rollout, artifact) : undefined;
  if (isRun && files !== undefined)
    return { spec: { version, runtime, folder: files.folder, signature }, sha256: files.sha256 };
  throw unusableFile(`Version ${version} has no artifact that could be replayed`, {
    hint: 'Give it artifact.path and artifact.sha256 in the registry, or the runtime "recorded".',
  });
}

/** The folder of an artifact's files and its digest; undefined for one that has none. */
async function filesOf({ registryFolder }: Rollout, { path, sha256 }: Artifact) {
  if (path === undefined || sha256 === undefined) return undefined;
  return { folder: await resolveArtifact(registryFolder, path), sha256 };
}

/** The registry's own word of a version; `promote` checks it against the artifact. */
export function versionFacts({ version, entry }: Rollout['baseline']): VersionFacts {
  const { runtime, sha256 } = entry.artifact;
  return { version, runtime, ...(sha256 === undefined ? {} : { sha256 }) };
}
