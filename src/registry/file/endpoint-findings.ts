import { didYouMean } from '../../domain/did-you-mean.ts';
import { httpFormats } from '../../domain/endpoint.ts';
import { unknownPlaceholders } from '../../domain/placeholder.ts';
import type { Artifact, HttpArtifact } from '../../domain/registry.ts';
import { type Finding, placeText } from './findings.ts';
import { pointerTo } from '../../documents/json-pointer.ts';

const secretName = /authorization|cookie|token|secret|password|api-?key/iu;

/**
 * What contradicts itself in the entry of a version on a server.
 *
 * @param parent pointer to the artifact
 */
export function endpointFindings(parent: string, artifact: Artifact): Finding[] {
  if (!('url' in artifact)) return [];
  return [...formatFindings(parent, artifact), ...bodyFindings(parent, artifact), ...headerFindings(parent, artifact)];
}

function formatFindings(parent: string, { protocol, format }: HttpArtifact): Finding[] {
  const formats = httpFormats[protocol];
  if (format === undefined || formats.includes(format)) return [];
  const pointer = pointerTo(parent, 'format');
  const message = `${placeText(pointer)} ${format} is not one of ${protocol}`;
  const hint = formats.length === 0 ? 'leave it out' : didYouMean(format, formats);
  return [{ pointer, rule: 'unknown-value', message, hint }];
}

/** What is no placeholder would be sent as it is written. */
function bodyFindings(parent: string, { body }: HttpArtifact): Finding[] {
  const pointer = pointerTo(parent, 'body');
  return [...new Set(unknownPlaceholders(body))].map((written) => ({
    pointer,
    rule: 'unknown-value',
    message: `${placeText(pointer)} has ${written}, which is not a placeholder`,
    hint: 'write {{input}}, {{input.FIELD}} or {{id}}',
  }));
}

/** Headers that carry a secret in plain text: a registry is read by everyone who reads the repository. */
function headerFindings(parent: string, artifact: HttpArtifact): Finding[] {
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
