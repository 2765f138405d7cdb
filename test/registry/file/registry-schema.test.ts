import { expect, test } from 'vitest';
import { runtimes } from '../../../src/domain/registry.ts';
import schema from '../../../src/registry/registry.schema.json' with { type: 'json' };

test('the schema allows the runtimes that canary has', () => {
  expect(schema.$defs.artifact.properties.runtime.enum).toStrictEqual([...runtimes]);
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
