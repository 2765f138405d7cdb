/**
 * Proof that a change of structure changes no result: runs the built binary over the shipped rollouts, every recorded
 * format, a log of 120,000 users, `simulate` and `selftest`, and writes one line of sha256 for each text that they give
 * (standard output, evidence, reports, registry).
 *
 *   node .config/prove-unchanged.mjs FOLDER                  runs, and writes FOLDER/digests.txt
 *   node .config/prove-unchanged.mjs FOLDER --against FILE   also compares; what differs is listed and fails
 *
 * The folder keeps the outcomes that were replayed and the latencies that were measured, so that a second run in it
 * judges the same numbers: give the same folder before and after a change. Texts of the last run stay in FOLDER/texts
 * for a look at what differs.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { crowdFiles } from './proof-crowd.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const [folderName, option, against] = process.argv.slice(2);
if (folderName === undefined || (option !== undefined && (option !== '--against' || against === undefined))) {
  console.error('usage: node .config/prove-unchanged.mjs FOLDER [--against FILE]');
  process.exit(2);
}
const folder = resolve(folderName);
const texts = join(folder, 'texts');
const kept = new Map();

function keep(name, text) {
  kept.set(name, createHash('sha256').update(text).digest('hex'));
  writeFileSync(join(texts, name.replaceAll(/[^\w.-]+/gu, '_')), text);
}

function run(args) {
  return new Promise((settle) => {
    const child = spawn(process.execPath, [join(root, 'bin/canary.js'), ...args], {
      cwd: folder,
      env: { ...process.env, SOURCE_DATE_EPOCH: '1795910400', COLUMNS: '100', NO_COLOR: '1', CI: 'true' },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    let stdout = '';
    child.stdout.setEncoding('utf8').on('data', (part) => (stdout += part));
    child.on('close', (code) => settle(`${stdout}exit code ${code}\n`));
  });
}

async function prove(name, args) {
  keep(name, await run(args));
}

/** What a user of one plan meets: the plan, its log, two looks printed and written, and the registry after promotion. */
async function proveRollout(plan, registry) {
  await prove(`${plan} plan`, ['plan', plan]);
  await prove(`${plan} requests`, ['requests', 'inspect', plan]);
  const evidence = `texts/${plan.replaceAll('/', '_')}.evidence.json`;
  const reports = ['html', 'md', 'xml', 'csv', 'prom'].map((ending) => `${evidence}.${ending}`);
  await prove(`${plan} evaluate`, ['evaluate', plan, '--verbose', '--evidence', evidence, '--report', ...reports]);
  for (const file of [evidence, ...reports].filter((each) => existsSync(join(folder, each))))
    kept.set(
      file,
      createHash('sha256')
        .update(readFileSync(join(folder, file)))
        .digest('hex'),
    );
  await prove(`${plan} promote`, ['promote', plan]);
  await prove(`${plan} status`, ['status', plan]);
  if (registry !== undefined) keep(`${plan} registry`, readFileSync(join(folder, registry), 'utf8'));
}

function freshInputs() {
  for (const part of ['rollouts', 'fixtures', 'crowd']) mkdirSync(join(folder, part), { recursive: true });
  rmSync(texts, { recursive: true, force: true });
  mkdirSync(texts, { recursive: true });
  cpSync(join(root, 'rollouts'), join(folder, 'rollouts'), { recursive: true, force: true });
  cpSync(join(root, 'fixtures'), join(folder, 'fixtures'), { recursive: true, force: true });
  for (const [name, text] of crowdFiles()) writeFileSync(join(folder, 'crowd', name), text);
}

/** Evidence of an earlier run would make a second look of the first; outcomes and latencies stay. */
function forgetLooks() {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isDirectory() && entry.parentPath.endsWith('.canary') && entry.name !== 'outcomes')
      rmSync(path, { recursive: true, force: true });
  }
}

function freshRegistry() {
  cpSync(join(root, 'fixtures/registry'), join(folder, 'fixtures/registry'), { recursive: true, force: true });
}

freshInputs();
forgetLooks();
const registry = 'fixtures/registry/intent-classifier.json';
const shipped = readdirSync(join(root, 'rollouts'))
  .filter((name) => name.endsWith('.yaml') && name !== 'intent-served.yaml')
  .toSorted();
for (const name of shipped) {
  freshRegistry();
  await proveRollout(`rollouts/${name}`, registry);
}
for (const { name } of readdirSync(join(root, 'fixtures/formats'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && entry.name !== 'registry')
  .toSorted((a, b) => (a.name < b.name ? -1 : 1)))
  await proveRollout(`fixtures/formats/${name}/plan.yaml`);
for (const name of ['recorded', 'live']) await proveRollout(`crowd/${name}.yaml`);
freshRegistry();
const effects = ['--effect', 'accuracy=-3pp', '--effect', 'latency.p95=+20%'];
await prove('simulate', ['simulate', 'rollouts/intent-1.5.0.yaml', '--runs', '20', '--looks', '5']);
await prove('simulate with effects', [
  'simulate',
  'rollouts/intent-1.5.0.yaml',
  '--runs',
  '20',
  '--looks',
  '5',
  ...effects,
]);
await prove('evidence printed', ['evaluate', 'rollouts/intent-1.5.0.yaml', '--format', 'json']);
await prove('selftest', ['selftest', 'rollouts/intent-1.5.0.yaml', '--format', 'json']);
await prove('selftest of every family', ['selftest', 'crowd/planted.yaml']);

const listing = [...kept].map(([name, digest]) => `${digest}  ${name}\n`).join('');
writeFileSync(join(folder, 'digests.txt'), listing);
console.log(`${kept.size} texts, sha256 of all: ${createHash('sha256').update(listing).digest('hex')}`);

if (against !== undefined) {
  const before = new Map(
    readFileSync(against, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => [line.slice(66), line.slice(0, 64)]),
  );
  const names = new Set([...before.keys(), ...kept.keys()]);
  const different = [...names].filter((name) => before.get(name) !== kept.get(name));
  for (const name of different) console.log(`differs: ${name}`);
  console.log(different.length === 0 ? 'all equal' : `${different.length} of ${names.size} differ`);
  process.exitCode = different.length === 0 ? 0 : 1;
}
