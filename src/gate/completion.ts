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

/** So deep a folder is looked into for plans, and so many entries of it. */
const deepest = 3;
const mostEntries = 200;

/** Plans whose path begins with what was typed, and folders that hold some. */
export async function plansLike(cwd: string, typed: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (const path of await pathsLike(cwd, typed, ['.yaml', '.yml'])) {
    if (path.endsWith('/') ? await holdsPlan(cwd, path, deepest) : await isPlan(cwd, path)) found.push(path);
  }
  return found;
}

async function holdsPlan(cwd: string, folder: string, depth: number): Promise<boolean> {
  if (depth === 0 || folder.endsWith('node_modules/')) return false;
  const paths = (await pathsLike(cwd, folder, ['.yaml', '.yml'])).slice(0, mostEntries);
  for (const path of paths.filter((each) => !each.endsWith('/'))) if (await isPlan(cwd, path)) return true;
  for (const path of paths.filter((each) => each.endsWith('/'))) if (await holdsPlan(cwd, path, depth - 1)) return true;
  return false;
}

async function isPlan(cwd: string, path: string): Promise<boolean> {
  try {
    return /^kind:\s*["']?RolloutPlan/mu.test(await readTextFile(resolve(cwd, path)));
  } catch (error) {
    if (systemErrorCode(error) === undefined) throw error;
    return false;
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
