import { describe, expect, test } from 'vitest';
import { httpFormats } from '../../src/domain/endpoint.ts';
import type { SchemaNode } from '../../src/documents/json-schema.ts';
import evidence from '../../src/report/evidence.schema.json' with { type: 'json' };
import registry from '../../src/registry/registry.schema.json' with { type: 'json' };
import { declaredType } from './declared-type.ts';
import { schemaDifferences } from './schema-differences.ts';

interface Documented {
  readonly schemaFile: string;
  readonly schema: SchemaNode;
  readonly typeFile: string;
  readonly name: string;
  /** Differences that are meant, by how they begin. */
  readonly meant: Readonly<Record<string, string>>;
}

const documents: readonly Documented[] = [
  {
    schemaFile: 'src/registry/registry.schema.json',
    schema: registry,
    typeFile: 'src/registry/file/registry-validator.ts',
    name: 'WrittenRegistry',
    meant: {
      ': the key $schema is': 'only an editor reads it',
      '/versions/*/artifact/inputs/*/datatype: the value': 'a server may answer a type that no file may name',
      '/versions/*/artifact/format: the value':
        'the layouts of each protocol are a table, which the last test compares',
      '/versions/*/signature/output: the key translation is': 'it is made from two versions and never written',
    },
  },
  {
    schemaFile: 'src/report/evidence.schema.json',
    schema: evidence,
    typeFile: 'src/domain/evidence.ts',
    name: 'Evidence',
    meant: { '/inputs/format: the value': 'the schema takes any text there' },
  },
];

const compared = documents.map((each) => ({ ...each, type: declaredType(each.typeFile, each.name) }));

describe.each(compared)('$schemaFile and the type $name', (document) => {
  const { meant, schema } = document;
  const isMeant = (difference: string) => Object.keys(meant).some((start) => difference.startsWith(start));
  const differencesOf = (changed: SchemaNode) =>
    schemaDifferences({ ...document, schema: changed }).filter((difference) => !isMeant(difference));

  test('have the same keys, require the same and name the same values', () => {
    expect(differencesOf(schema)).toEqual([]);
  });

  test('differ where they are meant to', () => {
    const all = schemaDifferences(document);
    expect(Object.keys(meant).filter((start) => !all.some((difference) => difference.startsWith(start)))).toEqual([]);
  });

  test('differ after any one change to the schema, and the message names the file to change', () => {
    const changes = everyChange(schema).filter(
      ({ place, what }) => !unread.some((part) => `${place} ${what}`.includes(part)),
    );
    const unnoticed = changes.filter(({ changed }) => {
      const [difference = ''] = differencesOf(changed);
      return !difference.includes(document.typeFile) || !difference.includes(document.schemaFile);
    });
    expect(unnoticed.map(({ place, what }) => `${place}: ${what}`)).toEqual([]);
    expect(changes.length).toBeGreaterThan(150);
  });
});

/** Changes that are meant to make no difference: to conditions, and to what differs already. */
const unread = ['/if/', '/then/', '/not/', '/verdict/oneOf/', '/datatype/', '/format/', 'key $schema'];

interface SchemaChange {
  readonly place: string;
  readonly what: string;
  readonly changed: SchemaNode;
}

/** The schema with one key more or less, one value more or less, or one key more or less required. */
function everyChange(schema: SchemaNode): SchemaChange[] {
  return placesIn(schema, []).flatMap((path) => {
    const node = path.reduce<unknown>((part, step) => entriesOf(part).find(([key]) => key === step)?.[1], schema);
    const place = `/${path.join('/')}/`;
    const change = (what: string, keyword: string, value: unknown): SchemaChange => ({
      place,
      what,
      changed: Object.fromEntries(entriesOf(withValue(schema, [...path, keyword], value))),
    });
    return entriesOf(node).flatMap(([keyword, value]): SchemaChange[] => {
      if (keyword === 'properties') {
        const keys = Object.fromEntries(entriesOf(value));
        const without = entriesOf(value).map(([key]) => {
          const { [key]: _dropped, ...rest } = keys;
          return change(`without the key ${key}`, keyword, rest);
        });
        return [...without, change('with another key', keyword, { ...keys, another: { type: 'string' } })];
      }
      if ((keyword !== 'enum' && keyword !== 'required') || !Array.isArray(value)) return [];
      const words: unknown[] = value;
      return [
        ...words.map((word) =>
          change(
            `${keyword} without ${String(word)}`,
            keyword,
            words.filter((each) => each !== word),
          ),
        ),
        change(`${keyword} with another`, keyword, [...words, 'another']),
      ];
    });
  });
}

/** Where the schema's parts are. */
function placesIn(node: unknown, path: readonly string[]): (readonly string[])[] {
  return [path, ...entriesOf(node).flatMap(([key, below]) => placesIn(below, [...path, key]))].filter(
    (each) => !['enum', 'required', 'examples', 'properties', '$defs', 'dependentRequired'].includes(each.at(-1) ?? ''),
  );
}

function withValue(target: unknown, [step, ...rest]: readonly string[], value: unknown): unknown {
  if (step === undefined) return value;
  const changed = entriesOf(target).map(([key, each]): [string, unknown] => [
    key,
    key === step ? withValue(each, rest, value) : each,
  ]);
  return Array.isArray(target) ? changed.map(([, each]) => each) : Object.fromEntries(changed);
}

function entriesOf(value: unknown): [string, unknown][] {
  return typeof value === 'object' && value !== null ? Object.entries(value) : [];
}

test('a registry may name the layouts that the protocols have', () => {
  expect(registry.$defs.artifact.properties.format.enum).toEqual(Object.values(httpFormats).flat());
});
