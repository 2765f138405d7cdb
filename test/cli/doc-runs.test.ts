import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { casesOf } from '../fixtures/tiers.ts';
import { besideItsBase, emptyFolder, gatewayLog, intentRollout, type Scene, starterRollout } from './doc-scenes.ts';
import { temporaryFolder } from './harness.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** How a block of shell commands is run: in which scene, with what in place of what, and which lines end otherwise than with 0. */
interface Ran {
  readonly scene: Scene;
  readonly replaced?: readonly (readonly [written: string, run: string])[];
  /** Exit codes by the line's number in the block, from 1 on. */
  readonly codes?: Readonly<Record<number, number>>;
}

/** What runs the commands of a block instead: another test, or why nothing can. */
type Elsewhere = { readonly file: string } | { readonly reason: string };

const attested = intentRollout('intent-1.5.0', 'attestation: { signedBy: [../keys/ci.pub.pem] }');

const blocks: Readonly<Record<string, Ran | Elsewhere>> = {
  'README.md 1': { reason: 'the demo and the tests themselves: .ci/run runs both lines' },
  'README.md 2': { scene: emptyFolder },
  'docs/argo-rollouts.md 1': { file: 'test/cli/recipes.test.ts' },
  'docs/attestation.md 1': { scene: attested },
  'docs/attestation.md 2': { file: 'test/cli/attest.test.ts' },
  'docs/cloudwatch.md 1': { reason: 'asks AWS; test/gate/dashboards/cloudwatch.test.ts reads such answers' },
  'docs/commands.md 1': { scene: emptyFolder, replaced: [['accuracy=-5pp', 'accuracy=-5pp --runs 20']] },
  'docs/commands.md 2': {
    scene: starterRollout,
    replaced: [['--registry DIR', '--registry my-rollout/registry']],
  },
  'docs/commands.md 3': { scene: intentRollout(), replaced: [['--watch', '']] },
  'docs/commands.md 4': { file: 'test/cli/assign.test.ts' },
  'docs/compatibility.md 1': { file: 'test/cli/registry.test.ts' },
  'docs/compatibility.md 2': { file: 'test/gate/label-map.test.ts' },
  'docs/cron.md 1': { file: 'test/cli/recipes.test.ts' },
  'docs/flagger.md 1': { file: 'test/cli/recipes.test.ts' },
  'docs/init.md 1': { scene: gatewayLog, codes: { 2: 3 } },
  'docs/init.md 2': { scene: gatewayLog },
  'docs/install.md 1': { file: 'test/cli/packed.test.ts' },
  'docs/install.md 2': { file: 'test/cli/packed.test.ts' },
  'docs/live-splits.md 1': { file: 'test/cli/live-starter.test.ts' },
  'docs/mlflow.md 1': { file: 'test/cli/mlflow.test.ts' },
  'docs/notify.md 1': { file: 'test/cli/notify.test.ts' },
  'docs/registry.md 1': { file: 'test/cli/registry.test.ts' },
  'docs/registry.md 2': { scene: starterRollout, replaced: [['cd DIR', 'cd my-rollout']] },
  'docs/reports.md 1': { scene: intentRollout() },
  'docs/routing.md 1': { file: 'test/routing/export.test.ts' },
  'docs/routing.md 2': { file: 'test/routing/sagemaker-call.test.ts' },
  'docs/runtimes.md 1': { file: 'test/cli/registry.test.ts' },
  'docs/scale.md 1': { file: 'test/cli/shared-store.test.ts' },
  'docs/scale.md 2': { file: 'test/routing/replay-job.test.ts' },
  'docs/scale.md 3': { file: 'test/cli/queue.test.ts' },
  'docs/security.md 1': {
    scene: besideItsBase,
    replaced: [['../base', 'base']],
  },
  'docs/simulate.md 1': {
    scene: intentRollout(),
    replaced: [
      ['--runs 500', ''],
      ['intent.yaml', 'intent.yaml --runs 10'],
      ['pt-BR', 'de-DE'],
    ],
  },
  'docs/simulate.md 2': { file: 'test/cli/init-logs.test.ts' },
  'docs/warehouse.md 1': { reason: 'asks BigQuery' },
  'docs/warehouse.md 2': { file: 'test/cli/sql.test.ts' },
  'docs/watch.md 1': { file: 'test/cli/watch.test.ts' },
};

/** The blocks of shell commands of README and docs/, by page and place. */
function blocksOfPages(): ReadonlyMap<string, string> {
  const pages = ['README.md', ...readdirSync(join(root, 'docs')).map((name) => `docs/${name}`)];
  return new Map(
    pages
      .filter((page) => page.endsWith('.md'))
      .flatMap((page) => {
        const text = readFileSync(join(root, page), 'utf8');
        const found = [...text.matchAll(/^```(?:sh|bash|console)\n(.*?)^```$/gmsu)].map(([, block = '']) => block);
        return found.map((block, index) => [`${page} ${index + 1}`, block] as const);
      }),
  );
}

const written = blocksOfPages();

test('every block of commands in the documents is run here, by a test that it names, or says why by none', () => {
  expect([...written.keys()].filter((name) => blocks[name] === undefined)).toEqual([]);
  expect(Object.keys(blocks).filter((name) => !written.has(name))).toEqual([]);
  for (const how of Object.values(blocks)) if ('file' in how) expect(readFileSync(join(root, how.file))).not.toBe('');
});

const ran = Object.entries(blocks).flatMap(([name, how]) => ('scene' in how ? [{ name, how }] : []));

test.each(casesOf(ran, 3))(
  'the commands of $name do what the page says',
  { timeout: 300_000 },
  async ({ name, how }) => {
    const folder = temporaryFolder();
    await how.scene(folder);
    const text = (how.replaced ?? []).reduce(
      (block, [from, to]) => block.replaceAll(from, to),
      written.get(name) ?? '',
    );
    const lines = text
      .replaceAll(/\\\n\s*/gu, ' ')
      .trimEnd()
      .split('\n');
    const ends: Record<string, number | null> = {};
    const expected: Record<string, number> = {};
    for (const [index, line] of lines.entries()) {
      ends[line] = await shell(line, folder);
      expected[line] = how.codes?.[index + 1] ?? 0;
    }
    expect(ends).toEqual(expected);
  },
);

/** Runs a line as somebody at a prompt does who has canary on the path. */
async function shell(line: string, folder: string): Promise<number | null> {
  const bin = join(folder, '.bin');
  mkdirSync(bin, { recursive: true });
  const canary = join(bin, 'canary');
  writeFileSync(canary, `#!/bin/sh\nexec "${process.execPath}" "${join(root, 'bin', 'canary.js')}" "$@"\n`);
  chmodSync(canary, 0o755);
  const { GITHUB_ACTIONS: _ci, ...environment } = process.env;
  const child = spawn('bash', ['-c', line], {
    cwd: folder,
    env: { ...environment, PATH: `${bin}${delimiter}${process.env['PATH'] ?? ''}` },
    stdio: 'ignore',
  });
  return await new Promise((resolve, reject) => {
    child.once('error', reject).once('close', resolve);
  });
}
