import { invalidInput } from '../../domain/errors.ts';
import type { ModelVersion } from '../../domain/registry.ts';
import type { Finding } from '../file/findings.ts';
import { endpointFindings } from '../file/endpoint-findings.ts';
import { validateSchema } from '../file/registry-schema.ts';
import { pointerTo } from '../../documents/json-pointer.ts';
import { registryVoice } from '../file/registry-voice.ts';
import { schemaFindings } from '../../documents/schema-findings.ts';

/**
 * A version's entry as a person described it, once the schema allows it.
 * @throws UserError (exit 2) that says everything that is wrong with it.
 */
export function requireEntry(described: Readonly<Record<string, unknown>>): Omit<ModelVersion, 'status'> {
  const version = '0.0.0';
  const entry = { status: 'registered', ...described };
  const checked = validateSchema({ schemaVersion: 1, model: 'model', revision: 0, versions: { [version]: entry } });
  if ('errors' in checked) throw invalidEntry(schemaFindings(checked.errors, registryVoice), version);
  const { status: _registered, ...allowed } = checked.written.versions[version] ?? unreachable();
  const wrong = endpointFindings(pointerTo(pointerTo('/versions', version), 'artifact'), allowed.artifact);
  if (wrong.length > 0) throw invalidEntry(wrong, version);
  return allowed;
}

function invalidEntry(findings: readonly Finding[], version: string): Error {
  const texts = findings.map(({ message, hint }) => `${message}; ${hint}`);
  return invalidInput(texts.join('\n').replaceAll(`versions["${version}"].`, ''));
}

function unreachable(): never {
  throw new Error('the schema allowed an entry that is not there');
}
