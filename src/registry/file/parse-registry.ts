import type { Diagnostic } from '../../domain/errors.ts';
import { refuseNewerSchema } from '../../documents/newer-schema.ts';
import { diagnosticAt, type JsonPlace, scanJson } from '../../documents/scan-json.ts';
import { schemaFindings } from '../../documents/schema-findings.ts';
import type { ModelRegistry } from '../../domain/registry.ts';
import { consistencyFindings } from './consistency-findings.ts';
import { located, unusableRegistry, type Finding } from './findings.ts';
import { validateSchema } from './registry-schema.ts';
import type { WrittenRegistry } from './registry-validator.ts';
import { registryVoice } from './registry-voice.ts';

const readableVersion = 1;

/**
 * Reads a model's registry file. Keys that this version does not know are kept. A file at revision 0, which a person
 * wrote, may leave out rollouts and history, and aliases and traffic too where exactly one version is stable: it then has
 * the alias `stable` and all traffic.
 * @param text of the whole file.
 * @param file its path as the user knows it, for messages.
 * @throws UserError (exit 5) with every finding and its place, for text that is not JSON, a newer schemaVersion, anything
 * that registry.schema.json does not allow, and contents that contradict each other.
 */
export function parseRegistry(text: string, file: string): ModelRegistry {
  const json = text.startsWith('\uFEFF') ? text.slice(1) : text;
  const places = readPlaces(json, file);
  const value: unknown = JSON.parse(json);
  refuseNewerSchema(value, file, readableVersion);
  const checked = validateSchema(value);
  if ('errors' in checked)
    throw unusableRegistry(file, located(file, json, places, schemaFindings(checked.errors, registryVoice)));
  const { registry, findings } = completed(checked.written);
  const wrong = findings.length > 0 ? findings : consistencyFindings(registry);
  if (wrong.length > 0) throw unusableRegistry(file, located(file, json, places, wrong));
  return registry;
}

function readPlaces(text: string, file: string): ReadonlyMap<string, JsonPlace> {
  const scanned = scanJson(text);
  if (!scanned.ok) throw unusableRegistry(file, [notJson(text, file, scanned)]);
  if (scanned.repeatedKeys.length === 0) return scanned.places;
  throw unusableRegistry(
    file,
    scanned.repeatedKeys.map(({ name, key }) =>
      diagnosticAt(file, text, key, {
        rule: 'duplicate-key',
        message: `${JSON.stringify(name)} is written twice`,
        hint: 'keep one of the two',
      }),
    ),
  );
}

const conflictMark = /^(?:<{7}|={7}|>{7})/u;

function notJson(text: string, file: string, { offset, expected }: { offset: number; expected: string }): Diagnostic {
  if (conflictMark.test(text.slice(offset))) {
    return diagnosticAt(file, text, offset, {
      rule: 'merge-conflict',
      message: 'not JSON: a merge left both versions of the file here',
      hint: 'take the file from one side and promote again: entries are chained and cannot be merged',
    });
  }
  const found = offset === text.length ? 'the file ends' : `there is ${JSON.stringify(text.charAt(offset))}`;
  return diagnosticAt(file, text, offset, {
    rule: 'json-syntax',
    message: `not JSON: ${found} where ${expected} should stand`,
    hint: 'restore the file from version control, or correct this place',
  });
}

/**
 * A written registry with all its parts. At revision 0, which a person wrote, rollouts and history may be absent, and
 * aliases and traffic as well where it is plain what they would be: exactly one version is stable.
 */
function completed(written: WrittenRegistry): {
  readonly registry: ModelRegistry;
  readonly findings: readonly Finding[];
} {
  const { aliases = {}, traffic = {}, rollouts = {}, history = [] } = written;
  const registry = { ...written, aliases, traffic, rollouts, history };
  if (written.revision > 0) return { registry, findings: missingParts(written) };

  const stable = Object.keys(written.versions).filter((version) => written.versions[version]?.status === 'stable');
  const [only, another] = stable;
  const hasTraffic = Object.keys(traffic).length > 0;
  if (only === undefined || another !== undefined) {
    return { registry, findings: hasTraffic ? [] : [unclearTraffic(stable, Object.keys(written.versions))] };
  }
  return {
    registry: {
      ...registry,
      aliases: Object.keys(aliases).length > 0 ? aliases : { stable: only },
      traffic: hasTraffic ? traffic : { [only]: 1 },
    },
    findings: [],
  };
}

function missingParts(written: WrittenRegistry): Finding[] {
  const parts = ['aliases', 'traffic', 'rollouts', 'history'] as const;
  return parts
    .filter((part) => written[part] === undefined)
    .map((part) => ({
      pointer: `/${part}`,
      rule: 'missing-key',
      message: `${part} is missing from a file at revision ${written.revision}`,
      hint: 'restore the file from version control, or start again at revision 0 with an empty history',
    }));
}

function unclearTraffic(stable: readonly string[], versions: readonly string[]): Finding {
  const found = stable.length === 0 ? 'no version is stable' : `${stable.join(' and ')} are both stable`;
  return {
    pointer: '/traffic',
    rule: 'unclear-traffic',
    message: `traffic is missing, and ${found}`,
    hint: `give the version that serves users the status stable, or write "traffic": { "${versions[0]}": 1 }`,
  };
}
