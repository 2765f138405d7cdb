import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { run, temporaryFolder, treeOf, type Run } from './harness.ts';

const labels = ['refund', 'greeting'];
const signature = JSON.stringify({ input: { kind: 'text' }, output: { kind: 'classification', labels } });
const model = 'intent';

interface Scenario {
  readonly folder: string;
  readonly canary: (...args: string[]) => Promise<Run>;
  /** Adds a version of the model, with the options that every addition needs. */
  readonly add: (...args: string[]) => Promise<Run>;
}

/** A folder with an artifact, training data and no registry file yet. */
function scenario(): Scenario {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'registry/models/1.0.0'), { recursive: true });
  writeFileSync(join(folder, 'registry/models/1.0.0/model.json'), '{}');
  writeFileSync(join(folder, 'train.jsonl'), '{"text":"hello"}\n');
  const canary = (command: string, ...args: string[]) =>
    run(['registry', command, 'registry', ...args], { cwd: folder });
  return { folder, canary, add: (...args) => canary('add', model, ...args, '--signature', signature) };
}

const artifact = ['--artifact', 'registry/models/1.0.0'];
const hashes = ['--data', 'train.jsonl', '--code', 'git:0a1b2c'];
const numberOf = ({ stdout }: Run): unknown => JSON.parse(stdout).version;

test('a first version is hashed as the shell hashes it, and is stable', async () => {
  const { folder, canary, add } = scenario();
  const { exitCode, stdout, stderr } = await add(...artifact, ...hashes, '--format', 'json');
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  expect(JSON.parse(stdout)).toMatchObject({ version: '1.0.0', revision: 1, artifact: { path: 'models/1.0.0' } });
  const registry: unknown = JSON.parse(readFileSync(join(folder, 'registry/intent.json'), 'utf8'));
  expect(registry).toMatchObject({
    aliases: { stable: '1.0.0' },
    traffic: { '1.0.0': 1 },
    versions: {
      '1.0.0': {
        // printf '%s  ./model.json\n' $(printf '{}' | sha256sum | cut -d' ' -f1) | sha256sum
        artifact: { sha256: '512d130753e4fda3bd992d304d72e7b8ee317544b69f55cac52c1d40b4cc7266' },
        data_hash: 'sha256:61089649a563a525014d86b167cbe5fae69e2fe431245d6bec5e65f298906b3a',
        code_hash: 'git:0a1b2c',
      },
    },
  });
  expect((await canary('verify')).stdout).toBe('ok intent: revision 1, history, traffic and 1 artifact\n');
});

test('the next number follows the rule: PATCH for a re-export, MINOR for a retrain, MAJOR for other labels', async () => {
  const { canary, add } = scenario();
  await add(...hashes);
  expect(numberOf(await add(...hashes, '--dry-run', '--format', 'json'))).toBe('1.0.1');
  expect(numberOf(await add('--data', 'sha256:other', '--code', 'git:0a1b2c', '--format', 'json'))).toBe('1.1.0');
  expect(numberOf(await add('--data', 'sha256:third', '--code', 'git:0a1b2c', '--format', 'json'))).toBe('1.2.0');
  const other = JSON.stringify({ output: { kind: 'classification', labels: [...labels, 'parcel'] } });
  const major = await canary('add', model, ...hashes, '--signature', other, '--format', 'json');
  expect(JSON.parse(major.stdout)).toMatchObject({
    version: '2.0.0',
    change: { from: '1.0.0', size: 'MAJOR', because: 'its label set has parcel more' },
  });
  expect(numberOf(await add(...hashes, '--bump', 'major', '--format', 'json'))).toBe('3.0.0');
});

const ofServer = ['--runtime', 'http', '--endpoint', '{"url":"http://localhost:8080","protocol":"mlflow"}'];
const ofProgram = ['--runtime', 'command', '--command', '["serve"]'];
type Refusal = [wrong: string, code: number, told: string, ...args: string[]];
const refusals: Refusal[] = [
  ['a version that exists', 5, 'intent already has a version 1.0.0', '1.0.0'],
  ['a number that is not semantic', 2, '"v1.1" is not a semantic version number', 'v1.1'],
  ['an artifact outside', 5, "is outside the registry's folder", '--artifact', 'outside'],
  ['an artifact outside by ..', 5, "is outside the registry's folder", '--artifact', 'registry/../outside'],
  ['an artifact outside by a link', 5, "is outside the registry's folder", '--artifact', 'registry/link'],
  ['an artifact that is not there', 5, 'cannot be read', '--artifact', 'registry/nothing'],
  ['an unknown runtime', 2, '--runtime tfj is not known', ...artifact, '--runtime', 'tfj'],
  ['a command of a runtime that has none', 2, '--runtime http has no command', ...ofServer, '--command', '["serve"]'],
  ['an endpoint of a runtime that has none', 2, '--runtime command has no endpoint', ...ofProgram, '--endpoint', '{}'],
  ['a runtime without its files', 2, '--runtime tfjs needs --artifact DIR', '--runtime', 'tfjs'],
  ['data that is not there', 2, '--data: nothing.jsonl cannot be read', '--data', 'nothing.jsonl'],
  ['metrics that are no numbers', 2, 'metrics.accuracy is "high", not a number', '--metrics', '{"accuracy":"high"}'],
  ['metrics that are no JSON', 2, '--metrics: the JSON cannot be read', '--metrics', '{accuracy}'],
];

test.each(refusals)('%s exits %d and changes nothing', async (_, code, told, ...args) => {
  const { folder, add } = scenario();
  await add('1.0.0');
  mkdirSync(join(folder, 'outside'));
  writeFileSync(join(folder, 'outside/model.json'), '{}');
  symlinkSync(join(folder, 'outside'), join(folder, 'registry/link'));
  const before = treeOf(folder);
  const { exitCode, stdout, stderr } = await add(...args);
  expect({ exitCode, stdout }).toEqual({ exitCode: code, stdout: '' });
  expect(stderr).toContain(told);
  expect(treeOf(folder)).toEqual(before);
});

test('a number that promises less than the change is told, since plans will refuse it', async () => {
  const { add } = scenario();
  await add(...hashes);
  const retrain = ['--data', 'sha256:other', '--code', 'git:0a1b2c', '--dry-run'];
  const { exitCode, stderr } = await add('1.0.1', ...retrain);
  expect({ exitCode, stderr }).toEqual({
    exitCode: 0,
    stderr:
      '1.0.1 is a PATCH step from 1.0.0 but a MINOR change: its data_hash differs. No plan will accept it; add it as 1.1.0.\n',
  });
  expect((await add('1.1.0', ...retrain)).stderr).toBe('');
  expect((await add('0.9.0', ...retrain)).stderr).toBe('');
});

test('a signature that the schema does not allow is told with what to write', async () => {
  const { exitCode, stderr } = await scenario().canary('add', model, '--signature', '{"output":{"kind":"regresion"}}');
  expect(exitCode).toBe(2);
  expect(stderr).toContain('signature.output.kind cannot be "regresion"; did you mean regression?');
});

test('list, show and diff tell what the registry holds', async () => {
  const { canary, add } = scenario();
  await add(...artifact, ...hashes, '--metrics', '{"accuracy":0.9}');
  await add('--data', 'sha256:other', '--code', 'git:0a1b2c', '--metrics', '{"accuracy":0.92}');
  expect((await canary('list')).stdout).toMatch(/^ {2}1\.0\.0 +stable +100%[^]*^ {2}1\.1\.0 +registered +0%/mu);
  expect((await canary('show', model)).stdout).toMatch(/^intent 1\.0\.0\n {2}status +stable, alias stable\n/u);
  const { stdout } = await canary('diff', model, 'stable', '1.1.0');
  expect(stdout).toContain('accuracy  0.9 → 0.92');
  expect(stdout).toContain('A MINOR change: its data_hash differs.');
});

test.each([
  ['show', ['show', model, '9.9.9']],
  ['diff', ['diff', model, 'stable', '9.9.9']],
])('%s of a version that is not there exits 5 and names the ones that are', async (_, args) => {
  const { canary, add } = scenario();
  await add();
  const [command = '', ...rest] = args;
  const { exitCode, stderr } = await canary(command, ...rest);
  expect(exitCode).toBe(5);
  expect(stderr).toContain('has no version or alias 9.9.9');
});

type Damage = [what: string, file: string, change: (text: string) => string, told: string];
const damages: Damage[] = [
  ['an artifact', 'models/1.0.0/model.json', (text) => `${text} `, 'is not the one in the registry'],
  ['the history', 'intent.json', (text) => text.replace('"action": "add"', '"action": "look"'), 'history entry 2'],
  ['the traffic', 'intent.json', (text) => text.replace('"1.0.0": 1 }', '"1.0.0": 0.9 }'), 'traffic sums to 0.9'],
  ['the schema', 'intent.json', (text) => text.replace('"revision"', '"revison"'), 'revision is missing'],
  ['the time', 'intent.json', (text) => text.replace('"schemaVersion": 1', '"schemaVersion": 2'), 'by a newer canary'],
];

test.each(damages)('verify finds %s damaged and exits 5', async (_, file, change, told) => {
  const { folder, canary, add } = scenario();
  await add(...artifact);
  await add('1.1.0');
  const path = join(folder, 'registry', file);
  writeFileSync(path, change(readFileSync(path, 'utf8')));
  const { exitCode, stdout } = await canary('verify');
  expect(exitCode).toBe(5);
  expect(stdout).toContain(told);
});

test('changelog writes the same file again', async () => {
  const { folder, canary, add } = scenario();
  await add('--description', 'First.');
  const path = join(folder, 'registry/intent.CHANGELOG.md');
  const text = readFileSync(path, 'utf8');
  expect(text).toMatch(/^## \[1\.0\.0\] - \d{4}-\d{2}-\d{2}\n\n### Added\n\n- .*: added to the registry\. First\./mu);
  writeFileSync(path, 'edited');
  expect((await canary('changelog', model)).exitCode).toBe(0);
  expect(readFileSync(path, 'utf8')).toBe(text);
});
