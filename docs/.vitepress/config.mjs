/** The pages of docs/ as a site: `npm run docs` builds it without a network, with a search of its own, and fails at a dead link. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { defineConfig } from 'vitepress';

const folder = path.join(import.meta.dirname, '..');

/** The pages in the order of the index, docs/README.md, which names them all. */
const sections = {
  'Start a rollout': ['install', 'init', 'commands', 'plan', 'scores', 'simulate', 'rollout-states'],
  'Bring your log': [
    'request-formats',
    'live-splits',
    'aggregates',
    'prometheus',
    'cloudwatch',
    'buckets',
    'assignment',
  ],
  'Bring your models': ['registry', 'runtimes', 'compatibility'],
  'In a pipeline': [
    'ci-github',
    'ci-gitlab',
    'argo-rollouts',
    'flagger',
    'cron',
    'watch',
    'notify',
    'routing',
    'mlflow',
    'scale',
    'warehouse',
    'spark-ray',
  ],
  'Read a verdict': ['reports', 'checks', 'statistics', 'calibration'],
  'Trust it': ['security', 'attestation', 'reliability'],
  'Change it': ['extending'],
};

/** @param {import('vitepress').MarkdownRenderer} md */
function asOnGitHub(md) {
  withoutLinksOutside(md);
  // Braces in code are those of a template that is written about.
  md.renderer.rules.code_inline = (tokens, at) =>
    `<code v-pre>${md.utils.escapeHtml(tokens[at]?.content ?? '')}</code>`;
}

/** What stands in the repository beside docs/ is named on the site, and leads nowhere there. @param {import('vitepress').MarkdownRenderer} md */
function withoutLinksOutside(md) {
  md.core.ruler.push('links-outside', ({ tokens }) => {
    for (const { children } of tokens) {
      let isOutside = false;
      for (const token of children ?? []) {
        if (token.type === 'link_open') isOutside = (token.attrGet('href') ?? '').startsWith('../');
        if (!isOutside || !/^link_(?:open|close)$/u.test(token.type)) continue;
        token.tag = 'span';
        token.attrs = [];
        if (token.type === 'link_close') isOutside = false;
      }
    }
  });
}

/** A page is listed by its own heading. */
const titleOf = (/** @type {string} */ page) =>
  /^# (.+)$/mu.exec(readFileSync(path.join(folder, `${page}.md`), 'utf8'))?.[1] ?? page;

const listed = new Set(Object.values(sections).flat());
const missing = readdirSync(folder).filter(
  (name) => name.endsWith('.md') && name !== 'README.md' && !listed.has(name.slice(0, -'.md'.length)),
);
if (missing.length > 0) throw new Error(`No section of the site has ${missing.join(', ')}`);

export default defineConfig({
  title: 'canary',
  description: 'Decides whether a new version of a machine-learning model may take more traffic.',
  cleanUrls: false,
  rewrites: { 'README.md': 'index.md' },
  markdown: { config: asOnGitHub },
  themeConfig: {
    search: { provider: 'local' },
    outline: [2, 3],
    sidebar: Object.entries(sections).map(([text, pages]) => ({
      text,
      items: pages.map((page) => ({ text: titleOf(page), link: `/${page}` })),
    })),
  },
});
