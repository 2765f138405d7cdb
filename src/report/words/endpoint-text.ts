import type { Artifact } from '../../domain/registry.ts';
import { printableSentence } from './printable.ts';

/** The program that computes a version, as a shell would take it; empty for a version of files or on a server. */
export function commandText(artifact: Artifact): string {
  if (!('command' in artifact)) return '';
  return printableSentence(
    artifact.command.map((word) => (/^[\w./:=@-]+$/u.test(word) ? word : JSON.stringify(word))).join(' '),
  );
}

/** Where a version's server is and how it is asked, in a few words; empty for a version of files. */
export function endpointText(artifact: Artifact): string {
  if (!('url' in artifact)) return '';
  const { protocol, url, model, modelVersion } = artifact;
  const named = model === undefined ? '' : `, model ${model}`;
  const numbered = modelVersion === undefined ? '' : ` version ${modelVersion}`;
  return printableSentence(`${protocol} at ${url}${named}${numbered}`);
}
