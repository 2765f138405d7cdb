import type { Artifact } from '../domain/registry.ts';
import { type Finding, placeText } from './findings.ts';
import { pointerTo } from './scan-json.ts';

const secretName = /authorization|cookie|token|secret|password|api-?key/iu;

/**
 * Headers that carry a secret in plain text. A registry is made to be read in a diff, by everyone who reads the repository.
 *
 * @param parent pointer to the artifact
 */
export function headerFindings(parent: string, artifact: Artifact): Finding[] {
  if (artifact.runtime !== 'http') return [];
  return Object.entries(artifact.headers ?? {})
    .filter(([name, value]) => secretName.test(name) && !/\$\{\w+\}/u.test(value))
    .map(([name]) => {
      const pointer = pointerTo(pointerTo(parent, 'headers'), name);
      return {
        pointer,
        rule: 'secret-header',
        message: `${placeText(pointer)} holds a secret in plain text`,
        hint: 'write "${MODEL_TOKEN}" in its place, and set that variable where canary runs',
      };
    });
}
