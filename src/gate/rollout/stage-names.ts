import { resolve } from 'node:path';
import { systemErrorCode } from '../../domain/errors.ts';
import { readTextFile } from '../../files/read-file.ts';
import { sourceText } from '../../documents/source-text.ts';
import { itemsOf, nodeAt, textOf } from '../../documents/tree.ts';
import { parseYaml } from '../../documents/yaml-tree.ts';

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
