import { createHash } from 'node:crypto';
import { readdir, realpath, stat } from 'node:fs/promises';
import { isAbsolute, join, relative, sep } from 'node:path';
import { digestOfFile } from '../files/digest-of-file.ts';
import { messageOf, systemErrorCode, unusableFile } from '../domain/errors.ts';
import { formatCount } from '../domain/format-number.ts';
import type { ModelSpec } from '../domain/outcome.ts';

/** Most bytes of an artifact's files together, where whoever runs canary names no other number. */
export const mostArtifactBytes = 20_000_000_000;

/** The shell command that gives the same digest, for checking by hand. */
export const digestCommand = "find . -type f | LC_ALL=C sort | xargs -d '\\n' sha256sum | sha256sum";

/**
 * Finds a version's artifact folder, which never leaves the registry's folder.
 *
 * @param registryFolder the folder of the registry's files
 * @param path the folder as the registry names it, relative to `registryFolder`
 * @returns the folder's absolute path with every link resolved
 * @throws UserError (exit 5) when the folder is missing, or lies outside of the registry's, be it by `..` or by a link
 */
export async function resolveArtifact(registryFolder: string, path: string): Promise<string> {
  const outside = unusableFile(`Artifact ${path} is outside the registry's folder ${registryFolder}.`, {
    hint: 'Move the artifact into the registry folder and write its path relative to that folder.',
  });
  if (isAbsolute(path) || !isInside(registryFolder, join(registryFolder, path))) throw outside;
  try {
    const root = await realpath(registryFolder);
    const folder = await realpath(join(root, path));
    if (!isInside(root, folder)) throw outside;
    return folder;
  } catch (error) {
    if (systemErrorCode(error) === undefined) throw error;
    throw missing(join(registryFolder, path), error);
  }
}

/**
 * Checks that an artifact's files are the ones that the registry knows, before any of them is used.
 *
 * @param folder the artifact's absolute path
 * @param sha256 the digest that the registry holds, as lowercase hex
 * @param mostBytes more than this is not read
 * @throws UserError (exit 5) when the folder is missing, is too large, cannot be hashed, or has another digest
 */
export async function verifyArtifact(folder: string, sha256: string, mostBytes = mostArtifactBytes): Promise<void> {
  const found = await artifactSha256(folder, mostBytes);
  if (found === sha256) return;
  throw unusableFile(`Artifact ${folder} is not the one in the registry: expected sha256 ${sha256}, found ${found}.`, {
    hint: `Restore its files, or add the changed folder as a new version. By hand: (cd ${folder} && ${digestCommand})`,
  });
}

/** Checks the files that are a version's own, before any of them is used. @throws UserError (exit 5) as `verifyArtifact` does */
export async function verifyVersion(spec: ModelSpec, sha256: string, mostBytes?: number): Promise<void> {
  switch (spec.runtime) {
    case 'command':
      return spec.sha256 === undefined ? undefined : await verifyArtifact(spec.folder, spec.sha256, mostBytes);
    case 'http':
      return spec.preprocess === undefined
        ? undefined
        : await verifyArtifact(spec.preprocess.folder, spec.preprocess.sha256, mostBytes);
    default:
      return await verifyArtifact(spec.folder, sha256, mostBytes);
  }
}

/** The size of an artifact's files in bytes. @param folder an absolute path */
export async function artifactBytes(folder: string): Promise<number> {
  return await sizeOf(folder, await listFiles(folder));
}

async function sizeOf(folder: string, paths: readonly string[]): Promise<number> {
  let bytes = 0;
  for (const path of paths) bytes += (await stat(join(folder, path))).size;
  return bytes;
}

async function requireSize(folder: string, paths: readonly string[], mostBytes: number): Promise<void> {
  const bytes = await sizeOf(folder, paths);
  if (bytes <= mostBytes) return;
  throw unusableFile(
    `Artifact ${folder} has ${formatCount(bytes)} bytes, more than the ${formatCount(mostBytes)} that canary reads for one artifact.`,
    {
      hint: 'Remove from the folder what the model does not need, or allow more: --max-artifact 100GB (CANARY_MAX_ARTIFACT).',
    },
  );
}

/**
 * The digest of a folder: the sha256 of the list that `sha256sum` prints for its files in byte order of their paths.
 *
 * @param folder an absolute path
 * @param mostBytes more than this is not read
 * @returns 64 lowercase hex digits
 * @throws UserError (exit 5) for a missing, empty or too large folder, a link or a special file inside it, or a name that
 *   `sha256sum` would print in an escaped form
 */
export async function artifactSha256(folder: string, mostBytes = mostArtifactBytes): Promise<string> {
  const paths = await listFiles(folder).catch((error: unknown) => {
    throw systemErrorCode(error) === undefined ? error : missing(folder, error);
  });
  if (paths.length === 0) throw unusableFile(`Artifact ${folder} contains no files.`);
  await requireSize(folder, paths, mostBytes);
  const before = await stampsOf(folder, paths);
  const list = createHash('sha256');
  for (const path of paths.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))) {
    list.update(`${await fileSha256(join(folder, path))}  ${path}\n`);
  }
  if ((await stampsOf(folder, await listFiles(folder))) !== before) throw changedMeanwhile(folder);
  return list.digest('hex');
}

/** The sha256 of one file's bytes, as lowercase hex. @throws UserError (exit 5) for a file that changes meanwhile. */
export async function fileSha256(path: string): Promise<string> {
  const before = await stampOf(path);
  const digest = await digestOfFile(path);
  if ((await stampOf(path)) !== before) throw changedMeanwhile(path);
  return digest;
}

/** What tells a file from the same file after a change, as one text for a whole folder. */
async function stampsOf(folder: string, paths: readonly string[]): Promise<string> {
  const stamps = await Promise.all(
    paths.toSorted().map(async (path) => `${path} ${await stampOf(join(folder, path))}`),
  );
  return stamps.join('\n');
}

async function stampOf(path: string): Promise<string> {
  const { ino, size, mtimeNs, ctimeNs } = await stat(path, { bigint: true });
  return [ino, size, mtimeNs, ctimeNs].join(' ');
}

function changedMeanwhile(path: string): Error {
  return unusableFile(`${path} changed while it was hashed, so its digest means nothing.`, {
    hint: 'Wait until whatever writes it has ended, and run the command again.',
  });
}

/** Every file below a folder as `./a/b`, in no particular order. */
async function listFiles(folder: string, prefix = '.'): Promise<string[]> {
  const paths: string[] = [];
  for (const entry of await readdir(join(folder, prefix), { withFileTypes: true })) {
    const path = `${prefix}/${entry.name}`;
    // sha256sum escapes these three, and a name that is not UTF-8 has already lost its bytes here.
    if (/[\\\n\r\uFFFD]/u.test(entry.name)) {
      throw unusableFile(`Artifact ${folder} has a file name that cannot be hashed: ${JSON.stringify(path)}.`, {
        hint: 'Use names without backslashes, line breaks and bytes that are not UTF-8.',
      });
    }
    if (entry.isDirectory()) paths.push(...(await listFiles(folder, path)));
    else if (entry.isFile()) paths.push(path);
    else {
      throw unusableFile(`Artifact ${folder} contains ${path}, which is neither a file nor a folder.`, {
        hint: 'Replace links by the files they point to: the digest covers only plain files.',
      });
    }
  }
  return paths;
}

function isInside(folder: string, path: string): boolean {
  const steps = relative(folder, path);
  return steps !== '..' && !steps.startsWith(`..${sep}`) && !isAbsolute(steps);
}

function missing(folder: string, cause: unknown): Error {
  return unusableFile(`Artifact ${folder} cannot be read: ${messageOf(cause)}.`, {
    hint: "Fetch the model's files, or correct artifact.path in the registry.",
    cause,
  });
}
