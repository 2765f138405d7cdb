import { unusableFile } from '../../domain/errors.ts';
import type { CommandModelSpec, FolderModelSpec, HttpModelSpec, ModelSpec } from '../../domain/outcome.ts';
import type { CommandArtifact, FolderArtifact, HttpArtifact, ModelVersion, Signature } from '../../domain/registry.ts';
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
  const sha256 = artifactIdentity(entry.artifact);
  if (sha256 === undefined) throw nothingToRun(version);
  return { spec: await specOf(rollout.registryFolder, version, entry), sha256 };
}

async function specOf(
  registryFolder: string,
  version: string,
  { artifact, signature }: ModelVersion,
): Promise<ModelSpec> {
  switch (artifact.runtime) {
    case 'http':
      return await remoteSpec(registryFolder, version, signature, artifact);
    case 'command':
      return await commandSpec(registryFolder, version, signature, artifact);
    case 'recorded':
      throw nothingToRun(version);
    default:
      return await folderSpec(registryFolder, version, signature, artifact);
  }
}

function nothingToRun(version: string): Error {
  return unusableFile(`Version ${version} has no artifact that could be replayed`, {
    hint: 'Give it artifact.path and artifact.sha256 in the registry, or the runtime "recorded".',
  });
}

async function folderSpec(
  registryFolder: string,
  version: string,
  signature: Signature,
  { runtime, path }: FolderArtifact,
): Promise<FolderModelSpec> {
  return { version, runtime, folder: await resolveArtifact(registryFolder, path), signature };
}

async function commandSpec(
  registryFolder: string,
  version: string,
  signature: Signature,
  { runtime, command, startTimeoutMs = usualStartMs, path, sha256 }: CommandArtifact,
): Promise<CommandModelSpec> {
  const spec = { version, runtime, command, startTimeoutMs, signature };
  if (path === undefined || sha256 === undefined) return { ...spec, folder: registryFolder };
  return { ...spec, folder: await resolveArtifact(registryFolder, path), sha256 };
}

async function remoteSpec(
  registryFolder: string,
  version: string,
  signature: Signature,
  { runtime, path, sha256, ...endpoint }: HttpArtifact,
): Promise<HttpModelSpec> {
  const spec = { version, runtime, endpoint, signature };
  if (path === undefined || sha256 === undefined) return spec;
  return { ...spec, preprocess: { folder: await resolveArtifact(registryFolder, path), sha256 } };
}

/** The registry's own word of a version; `promote` checks it against the artifact. */
export function versionFacts({ version, entry }: Rollout['baseline']): VersionFacts {
  const sha256 = artifactIdentity(entry.artifact);
  return { version, runtime: entry.artifact.runtime, ...(sha256 === undefined ? {} : { sha256 }) };
}
