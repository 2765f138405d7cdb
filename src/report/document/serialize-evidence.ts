import { createHash } from 'node:crypto';
import type { Evidence } from '../../domain/evidence.ts';
import { resolved, type SchemaNode } from '../../documents/json-schema.ts';
import { evidenceSchema } from './evidence-schema.ts';

/**
 * The one way in which evidence is written: keys in the order of evidence.schema.json (those that it does not know, and
 * the keys of maps such as `traffic`, sorted after them), 2-space indent, final newline. Keys that are undefined are
 * left out. Nothing in it is an instruction to a terminal or a build log.
 * @throws RangeError for a number that is not finite: a bug, since evidence holds finite numbers or none.
 */
export function serializeEvidence(evidence: Evidence): string {
  return `${harmless(JSON.stringify(inSchemaOrder(evidence, evidenceSchema, 'evidence'), undefined, 2))}\n`;
}

/**
 * The same JSON with the characters escaped that a terminal or a build log would obey: what JSON itself leaves of control
 * and direction characters, and the second character of `::command` and `##[command`.
 */
function harmless(json: string): string {
  return json
    .replaceAll(/[\p{Cf}\u007f-\u009f\u2028\u2029]/gu, (character) => character.split('').map(escaped).join(''))
    .replaceAll(/::(?=[a-z])/giu, String.raw`:\u003a`)
    .replaceAll(/##(?=\[|vso\[)/giu, String.raw`#\u0023`);
}

function escaped(codeUnit: string): string {
  return String.raw`\u${codeUnit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/**
 * sha256 (hex) over all of the evidence but its digest, in the canonical form of RFC 8785: keys sorted, no white space.
 * So it does not depend on the order or layout of the file, and keys that a later version added count too.
 */
export function evidenceDigest(evidence: Omit<Evidence, 'digest'> & Partial<Evidence>): string {
  const rest = Object.fromEntries(Object.entries(evidence).filter(([key]) => key !== 'digest'));
  return createHash('sha256').update(canonicalText(rest, 'evidence'), 'utf8').digest('hex');
}

function inSchemaOrder(value: unknown, schema: SchemaNode, place: string): unknown {
  const node = resolved(evidenceSchema, schema);
  if (Array.isArray(value)) {
    return value.map((item: unknown, index) => inSchemaOrder(item, node.items ?? {}, `${place}[${index}]`));
  }
  if (!isObject(value)) return finite(value, place);
  const properties = node.properties ?? {};
  const known = Object.keys(properties).filter((key) => value[key] !== undefined);
  const others = Object.keys(value).filter((key) => value[key] !== undefined && !Object.hasOwn(properties, key));
  return Object.fromEntries(
    [...known, ...others.toSorted(byCodeUnits)].map((key) => [
      key,
      inSchemaOrder(value[key], properties[key] ?? {}, `${place}.${key}`),
    ]),
  );
}

/** Written out by hand, since JSON.stringify moves keys that look like array indexes to the front. */
function canonicalText(value: unknown, place: string): string {
  if (Array.isArray(value)) {
    return `[${value.map((item: unknown, index) => canonicalText(item, `${place}[${index}]`)).join(',')}]`;
  }
  if (!isObject(value)) return JSON.stringify(finite(value, place)) ?? 'null';
  const members = Object.keys(value)
    .filter((key) => value[key] !== undefined)
    .toSorted(byCodeUnits)
    .map((key) => `${JSON.stringify(key)}:${canonicalText(value[key], `${place}.${key}`)}`);
  return `{${members.join(',')}}`;
}

function finite(value: unknown, place: string): unknown {
  if (typeof value === 'number' && !Number.isFinite(value))
    throw new RangeError(`${place} is ${value}, not a finite number`);
  return value;
}

/** The order of sort() without a comparator, which is that of UTF-16 code units. */
function byCodeUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
