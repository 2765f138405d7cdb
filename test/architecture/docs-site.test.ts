import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { build } from 'vitepress';
import { temporaryFolder } from '../cli/harness.ts';
import { isWhole } from '../fixtures/tiers.ts';

const docs = join(import.meta.dirname, '../../docs');

test.skipIf(!isWhole)('docs/ builds into a site of all its pages with a search of its own', async () => {
  const outDir = temporaryFolder();
  await build(docs, { outDir });
  const pages = readdirSync(docs).filter((name) => name.endsWith('.md') && name !== 'README.md');
  const built = readdirSync(outDir).filter((name) => name.endsWith('.html'));
  expect(built.toSorted()).toEqual(
    [...pages.map((name) => name.replace('.md', '.html')), '404.html', 'index.html'].toSorted(),
  );
  // A page whose text the template engine did not understand is there, and empty.
  for (const page of built.filter((name) => name !== '404.html'))
    expect(readFileSync(join(outDir, page), 'utf8')).toContain('<h1 ');
  const assets = readdirSync(outDir, { recursive: true, encoding: 'utf8' });
  const index = assets.find((name) => name.includes('localSearchIndex'));
  expect(readFileSync(join(outDir, index ?? ''), 'utf8').includes('"turnbull"')).toBe(true);
});
