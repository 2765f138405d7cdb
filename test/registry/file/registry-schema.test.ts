import { expect, test } from 'vitest';
import { runtimes, runtimeTraits } from '../../../src/domain/registry.ts';
import schema from '../../../src/registry/registry.schema.json' with { type: 'json' };

const file = 'src/registry/registry.schema.json';

test('the schema allows the runtimes that canary has', () => {
  expect(schema.$defs.artifact.properties.runtime.enum, `${file}: enum of the runtime`).toStrictEqual([...runtimes]);
});

test('the schema asks for a folder and its digest where a version is a folder, and nowhere else', () => {
  const condition = schema.$defs.artifact.allOf[0]?.if;
  const others = runtimes.filter((runtime) => runtimeTraits[runtime].folder !== 'all');
  expect(condition?.not?.properties.runtime.enum.toSorted(), `${file}: allOf of an artifact`).toEqual(
    others.toSorted(),
  );
});

test('every key of the schema has a description and an example', () => {
  expect(undescribed(schema, '')).toStrictEqual([]);
});

function undescribed(node: unknown, path: string): string[] {
  return membersOf(node).flatMap(([keyword, owner]) => {
    if (keyword === 'items' || keyword === 'additionalProperties') return undescribed(owner, `${path}/*`);
    if (keyword !== 'properties' && keyword !== '$defs') return [];
    return membersOf(owner).flatMap(([key, part]) => {
      const keywords = new Set(membersOf(part).map(([name]) => name));
      const complete = keywords.has('$ref') || (keywords.has('description') && keywords.has('examples'));
      return [...(complete ? [] : [`${path}/${key}`]), ...undescribed(part, `${path}/${key}`)];
    });
  });
}

function membersOf(owner: unknown): [string, unknown][] {
  return typeof owner === 'object' && owner !== null ? Object.entries(owner) : [];
}
