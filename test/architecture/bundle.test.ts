import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');
const bundle = join(root, 'dist', 'bundle');
const files = readdirSync(bundle).filter((name) => name.endsWith('.cjs'));
const textOf = (name: string) => readFileSync(join(bundle, name), 'utf8');
const manifest: Record<string, Record<string, string>> = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** The packages and files that the bundle asks for: what it requires, and what Node imports for it. */
function asked(pattern: RegExp): string[] {
  return [...new Set(files.flatMap((name) => [...textOf(name).matchAll(pattern)].map(([, id = '']) => id)))].toSorted();
}

const packageOf = (id: string): string =>
  id
    .split('/')
    .slice(0, id.startsWith('@') ? 2 : 1)
    .join('/');

test('what the bundle does not hold is installed with it', () => {
  const installed = Object.keys({
    ...manifest['dependencies'],
    ...manifest['optionalDependencies'],
    ...manifest['peerDependencies'],
  });
  const packages = asked(/(?:\brequire|importModule|\.href\))\("(?<id>[^"./][^"]*)"\)/gu)
    .filter((id) => !id.startsWith('node:') && !builtinModules.includes(id))
    .map(packageOf);
  expect(packages).toEqual(expect.arrayContaining(['@duckdb/node-bindings', 'cli-progress']));
  // linkedom draws into a canvas, and TensorFlow.js reads odd charsets of servers, where somebody installed that; both do without. ajv
  // names itself in the text of validators that it would write into files, which nobody asks it for here.
  // The queue can speak with other servers than Redis, and msgpackr is faster with a binary of its own.
  expect(packages.filter((name) => !installed.includes(name))).toEqual([
    '@valkey/valkey-glide',
    'ajv',
    'canvas',
    'encoding',
    'msgpackr-extract',
    'pg',
  ]);
});

test('every file that a file of the bundle asks for is there, and a source map for each that has code of ours', () => {
  const parts = asked(/\brequire\("\.\/(?<id>[^"]+)"\)/gu);
  expect(parts.length).toBeGreaterThan(20);
  expect(
    [...parts, ...files.filter((name) => textOf(name).includes('// src/')).map((name) => `${name}.map`)].filter(
      (name) => !existsSync(join(bundle, name)),
    ),
  ).toEqual([]);
});

test('schemas are compiled before the program ships', () => {
  expect(files.filter((name) => textOf(name).includes('class Ajv'))).toEqual([]);
  expect(files.filter((name) => /function validate\d+\(data,/u.test(textOf(name))).length).toBeGreaterThanOrEqual(3);
});

test('the licences of what is bundled ship with it', () => {
  const licences = textOf('THIRD-PARTY-LICENCES.txt');
  for (const name of ['commander', 'yaml', 'undici', '@duckdb/node-api', 'ajv', 'preact', 'xmlbuilder2']) {
    expect(licences).toMatch(new RegExp(`^${name} \\d+\\.\\d+\\.\\d+`, 'mu'));
  }
  expect(licences).toContain('Permission is hereby granted, free of charge');
});
