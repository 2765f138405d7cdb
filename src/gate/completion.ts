import { readdir } from 'node:fs/promises';
import { readTextFile } from '../files/read-file.ts';
import { resolve } from 'node:path';
import { systemErrorCode } from '../domain/errors.ts';
import { sourceText } from '../documents/source-text.ts';
import { itemsOf, nodeAt, textOf } from '../documents/tree.ts';
import { parseYaml } from '../documents/yaml-tree.ts';

/**
 * Files and folders whose path begins with what was typed; folders end in a slash.
 * @param endings of the files that are wanted; any file where there are none.
 */
export async function pathsLike(cwd: string, typed: string, endings: readonly string[]): Promise<readonly string[]> {
  const folder = typed.slice(0, typed.lastIndexOf('/') + 1);
  const name = typed.slice(folder.length);
  try {
    const entries = await readdir(resolve(cwd, folder === '' ? '.' : folder), { withFileTypes: true });
    return entries
      .filter((entry) => entry.name.startsWith(name) && (name.startsWith('.') || !entry.name.startsWith('.')))
      .flatMap((entry) => {
        if (entry.isDirectory()) return [`${folder}${entry.name}/`];
        const wanted = endings.length === 0 || endings.some((ending) => entry.name.endsWith(ending));
        return wanted ? [`${folder}${entry.name}`] : [];
      })
      .toSorted();
  } catch (error) {
    if (systemErrorCode(error) === undefined) throw error;
    return [];
  }
}

/** The names of the stages that a plan writes; none for a plan that cannot be read, since nobody asked about that. */
export async function stageNames(cwd: string, file: string): Promise<readonly string[]> {
  try {
    const { root } = parseYaml(sourceText(file, await readTextFile(resolve(cwd, file))));
    return itemsOf(root && nodeAt(root, ['stages'])).flatMap((stage) => textOf(nodeAt(stage, ['name'])) ?? []);
  } catch (error) {
    if (systemErrorCode(error) === undefined) throw error;
    return [];
  }
}
