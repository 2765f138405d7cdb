import { csv } from './csv.ts';
import { jsonLines } from './json-lines.ts';
import { parquet } from './parquet.ts';
import { resultsDocument } from './results-document.ts';
import type { Container } from './record-scan.ts';

/** The containers that a log's records may lie in. */
export const containers = {
  'json-lines': jsonLines,
  csv,
  parquet,
  'results-document': resultsDocument,
} as const satisfies Record<string, Container>;
export type ContainerName = keyof typeof containers;

const containerNames: readonly ContainerName[] = ['json-lines', 'csv', 'parquet'];

/** Every ending that tells what a file holds. */
export const knownEndings: readonly string[] = containerNames.flatMap((name) => containers[name].endings);

/** What reads a file. */
export function containerOf({ container }: { readonly container: ContainerName }): Container {
  return containers[container];
}

/** The container that a file's name tells; undefined where the name has none of the known endings. */
export function namedContainer(path: string): ContainerName | undefined {
  const name = path.toLowerCase();
  return containerNames.find((each) => containers[each].endings.some((ending) => name.endsWith(ending)));
}
