import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { cruise } from 'dependency-cruiser';
import extractTSConfig from 'dependency-cruiser/config-utl/extract-ts-config';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');

function sourceFiles(): string[] {
  return readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' }).filter((name) => /\.tsx?$/u.test(name));
}

async function cruiseSource() {
  const { default: config } = await import(join(root, '.dependency-cruiser.mjs'));
  const { options, ...ruleSet } = config;
  const result = await cruise(['src'], { ...options, baseDir: root, validate: true, ruleSet }, undefined, {
    tsConfig: extractTSConfig(join(root, 'tsconfig.json')),
  });
  if (typeof result.output === 'string') throw new Error(result.output);
  return result.output;
}

test('every import in src/ points down the layers', async () => {
  const output = await cruiseSource();
  const violations = output.summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} -> ${to}`);
  expect(violations).toEqual([]);
  // A cruiser that cannot read the sources sees nothing and finds nothing wrong, so what it saw is counted.
  const seen = output.modules.filter(({ source }) => source.startsWith('src/') && /\.tsx?$/u.test(source));
  expect(seen.length).toBe(sourceFiles().length);
});

test('every folder of src/ has a layer', async () => {
  const { default: config } = await import(join(root, '.dependency-cruiser.mjs'));
  const layered = config.forbidden.map(({ name }: { name: string }) => name.replace('-imports-only-what-it-may', ''));
  const folders = readdirSync(join(root, 'src'), { withFileTypes: true }).filter((entry) => entry.isDirectory());
  expect(layered).toEqual(expect.arrayContaining(folders.map(({ name }) => name)));
});

test('every room inside a folder has a storey, and every storey a room', async () => {
  const { storeys } = await import(join(root, '.dependency-cruiser.mjs'));
  for (const [folder, { rooms }] of Object.entries<{ readonly rooms: readonly string[][] }>(storeys)) {
    const known = rooms.flat();
    const built = readdirSync(join(root, 'src', folder), { withFileTypes: true }).filter((entry) =>
      entry.isDirectory(),
    );
    expect(known).toEqual(expect.arrayContaining(built.map(({ name }) => name)));
    for (const room of known) expect(existsSync(join(root, 'src', folder, room))).toBe(true);
  }
});

test('no folder of src/ holds more than 28 files', () => {
  const counts = new Map<string, number>();
  for (const file of sourceFiles()) counts.set(dirname(file), (counts.get(dirname(file)) ?? 0) + 1);
  expect([...counts].filter(([, files]) => files > 28)).toEqual([]);
});
