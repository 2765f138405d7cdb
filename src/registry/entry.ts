import { invalidInput } from '../domain/errors.ts';
import type { ModelVersion } from '../domain/registry.ts';
import { checkSchema } from './registry-schema.ts';
import { schemaFindings } from './schema-findings.ts';

/**
 * A version's entry as a person described it, once the schema allows it.
 * @throws UserError (exit 2) that says everything that is wrong with it.
 */
export function requireEntry(described: Readonly<Record<string, unknown>>): Omit<ModelVersion, 'status'> {
  const version = '0.0.0';
  const entry = { status: 'registered', ...described };
  const checked = checkSchema({ schemaVersion: 1, model: 'model', revision: 0, versions: { [version]: entry } });
  if ('errors' in checked) {
    const findings = schemaFindings(checked.errors).map(({ message, hint }) => `${message}; ${hint}`);
    throw invalidInput(findings.join('\n').replaceAll(`versions["${version}"].`, ''));
  }
  const { status: _registered, ...allowed } = checked.written.versions[version] ?? unreachable();
  return allowed;
}

function unreachable(): never {
  throw new Error('the schema allowed an entry that is not there');
}
