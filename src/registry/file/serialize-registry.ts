import semver from 'semver';
import type { ModelRegistry } from '../../domain/registry.ts';
import { type SchemaNode, schemaBelow } from '../../documents/json-schema.ts';
import { registrySchema } from './registry-schema.ts';

/**
 * The one way in which a registry file is written: keys in the order of registry.schema.json, those that it does not
 * know after them; versions in their order; 2-space indent; final newline. Shares of traffic, which are read together,
 * and the entries of logs (looks, history) take one line each, so that a promotion is a short diff.
 */
export function serializeRegistry(registry: ModelRegistry): string {
  return `${block(asObject(inOrder(registry, registrySchema)), topLevelMember, '')}\n`;
}

function topLevelMember(key: string, value: unknown, indent: string): string {
  if (key === 'traffic') return line(value);
  if (key === 'history' && Array.isArray(value)) return lines(value, indent);
  if (key === 'rollouts') return block(asObject(value), (_name, record, inner) => rolloutText(record, inner), indent);
  // No string of JSON contains a line end, so every one of them is layout.
  return JSON.stringify(value, undefined, 2).replaceAll('\n', `\n${indent}`);
}

/** A rollout on one line, its looks below: `{ "baseline": …, "entered": […], "looks": [`. */
function rolloutText(record: unknown, indent: string): string {
  const { looks, ...rest } = asObject(record);
  if (!Array.isArray(looks)) return line(record);
  return `${line({ ...rest, looks: [] }).slice(0, -'[] }'.length)}${lines(looks, indent)} }`;
}

function block(
  object: Readonly<Record<string, unknown>>,
  memberText: (key: string, value: unknown, indent: string) => string,
  indent: string,
): string {
  const members = Object.entries(object);
  if (members.length === 0) return '{}';
  const inner = `${indent}  `;
  const texts = members.map(([key, value]) => `${inner}${JSON.stringify(key)}: ${memberText(key, value, inner)}`);
  return `{\n${texts.join(',\n')}\n${indent}}`;
}

function lines(items: readonly unknown[], indent: string): string {
  if (items.length === 0) return '[]';
  return `[\n${items.map((item) => `${indent}  ${line(item)}`).join(',\n')}\n${indent}]`;
}

function line(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(line).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).map(([key, member]) => `${JSON.stringify(key)}: ${line(member)}`);
  return members.length === 0 ? '{}' : `{ ${members.join(', ')} }`;
}

function inOrder(value: unknown, schema: SchemaNode): unknown {
  if (Array.isArray(value)) return value.map((item) => inOrder(item, schemaBelow(registrySchema, schema, 0)));
  if (typeof value !== 'object' || value === null) return value;
  const object = asObject(value);
  const keys = Object.keys(object).filter((key) => object[key] !== undefined);
  const ordered = sorted(keys, schema);
  return Object.fromEntries(
    ordered.map((key) => [key, inOrder(object[key], schemaBelow(registrySchema, schema, key))]),
  );
}

/** Keys that the schema names come first, in its order; versions of a map follow each other; the rest stays as it is. */
function sorted(keys: readonly string[], schema: SchemaNode): string[] {
  const known = Object.keys(schema.properties ?? {});
  const others = keys.filter((key) => !known.includes(key));
  const areVersions = others.every((key) => semver.valid(key) !== null);
  return [
    ...known.filter((key) => keys.includes(key)),
    ...(areVersions ? others.toSorted((left, right) => semver.compareBuild(left, right)) : others),
  ];
}

function asObject(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
