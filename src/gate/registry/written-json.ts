import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { invalidInput, messageOf, systemErrorCode } from '../../domain/errors.ts';
import { readTextFile } from '../../files/read-file.ts';
import { artifactSha256, fileSha256 } from '../../models/artifact.ts';

/**
 * A JSON object that an option gives as it is (`{…}`) or as a file.
 * @throws UserError (exit 2) when there is no such file, or it holds anything else.
 */
export async function writtenJson(
  cwd: string,
  option: string,
  written: string,
): Promise<Readonly<Record<string, unknown>>> {
  const inline = written.trimStart().startsWith('{');
  try {
    const value: unknown = JSON.parse(inline ? written : await readTextFile(resolve(cwd, written)));
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  } catch (error) {
    if (!(error instanceof SyntaxError) && systemErrorCode(error) === undefined) throw error;
    throw invalidInput(`${option}: ${inline ? 'the JSON' : written} cannot be read: ${messageOf(error)}`, {
      hint: `Write a JSON file's path, or the JSON itself: ${option} '{"…": …}'`,
      cause: error,
    });
  }
  throw invalidInput(`${option}: ${inline ? written : `${written} holds`} no JSON object`);
}

const givenHash = /^[a-z][a-z0-9]*:[\w+/=.-]+$/u;

/**
 * A hash that an option gives (`sha256:…`, `git:…`), or the hash of the file or folder that it names; a folder's is
 * computed as an artifact's.
 * @throws UserError (exit 2) when there is nothing at that path, (exit 5) when it cannot be hashed.
 */
export async function writtenHash(cwd: string, option: string, written: string): Promise<string> {
  if (givenHash.test(written)) return written;
  const path = resolve(cwd, written);
  const found = await stat(path).catch((error: unknown) => {
    throw invalidInput(`${option}: ${written} cannot be read: ${messageOf(error)}`, {
      hint: 'Write the path of a file or a folder, or a hash such as sha256:…',
      cause: error,
    });
  });
  if (!found.isDirectory() && !found.isFile()) {
    throw invalidInput(`${option}: ${written} is neither a file nor a folder`, {
      hint: 'Write the data to a file first.',
    });
  }
  return `sha256:${found.isDirectory() ? await artifactSha256(path) : await fileSha256(path)}`;
}
