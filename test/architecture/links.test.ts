import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');
const inDocs = readdirSync(join(root, 'docs')).map((name) => `docs/${name}`);
const pages = [
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  'bench/README.md',
  'fixtures/README.md',
  ...inDocs,
].filter((name) => name.endsWith('.md'));

/** What of a page is no code: headings and links in examples are not its own. */
function proseOf(page: string): string {
  return readFileSync(page, 'utf8').replaceAll(/^(`{3,})[\s\S]*?^\1/gmu, '');
}

/** The anchors of a page's headings, as GitHub and GitLab make them. */
function anchorsOf(page: string): string[] {
  return [...proseOf(page).matchAll(/^#{1,6} (?<title>.+)$/gmu)].map(({ groups }) =>
    (groups?.['title'] ?? '')
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

/** The relative links of a page, in Markdown and in HTML, to pages, files and anchors. */
function linksOf(page: string): string[] {
  return [...proseOf(page).matchAll(/\]\((?<markdown>[^)\s]+)\)|(?:href|src)="(?<html>[^"]+)"/gu)]
    .map(({ groups }) => groups?.['markdown'] ?? groups?.['html'] ?? '')
    .filter((link) => !/^[a-z]+:/u.test(link));
}

function leadsNowhere(page: string, link: string): boolean {
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? join(root, page) : resolve(root, dirname(page), path);
  if (!existsSync(target)) return true;
  return anchor !== undefined && !anchorsOf(target).includes(anchor);
}

test('every link and anchor in the documents leads somewhere', () => {
  const links = pages.flatMap((page) => linksOf(join(root, page)).map((link) => ({ page, link })));
  expect(links.length).toBeGreaterThan(50);
  const dead = links.filter(({ page, link }) => leadsNowhere(page, link)).map(({ page, link }) => `${page}: ${link}`);
  expect(dead).toEqual([]);
});

test('every page that a message or a comment in src/ names is there', () => {
  const sources = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' });
  const texts = sources
    .filter((name) => /\.(?:tsx?|json)$/u.test(name))
    .map((name) => readFileSync(join(root, 'src', name), 'utf8'));
  const named = texts.flatMap((text) => text.match(/(?<![\w/])docs\/[a-z-]+\.md/gu) ?? []);
  expect(named.length).toBeGreaterThan(3);
  expect(named.filter((page) => !existsSync(join(root, page)))).toEqual([]);
});

test('the index of docs/ names every page', () => {
  const index = linksOf(join(root, 'docs/README.md'));
  const missing = inDocs.filter(
    (page) => page.endsWith('.md') && page !== 'docs/README.md' && !index.includes(page.replace('docs/', '')),
  );
  expect(missing).toEqual([]);
});

test('the README is short: what is asked once is in docs/', () => {
  expect(readFileSync(join(root, 'README.md')).length).toBeLessThanOrEqual(9000);
});

/** Files that the recipes' reader makes. */
const ownFiles = /NAME|brier-score|weights/u;

test('every file that a recipe or the map names is there, or is one that its reader makes', () => {
  const named = ['docs/extending.md', 'CONTRIBUTING.md'].flatMap((page) =>
    [...proseOf(join(root, page)).matchAll(/`((?:src|test|fixtures|docs|bench)\/[\w./-]+)`/gu)].map(
      ([, path]) => path ?? '',
    ),
  );
  expect(named.length).toBeGreaterThan(50);
  expect(named.filter((path) => !ownFiles.test(path) && !existsSync(join(root, path)))).toEqual([]);
});
