import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createServer, request } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { type Run, run, temporaryFolder } from './harness.ts';
import { MlflowPeer, mlflow } from './mlflow-server.ts';
import { baseline, candidate, edit, evaluate, judgeAll, plan, registryOf, starter } from './starter.ts';

const signature = '{"output": {"kind": "classification", "labels": ["a", "b"]}}';
/** Of versions that nobody runs. */
const anyFiles = fileURLToPath(new URL('../../fixtures/served-registry', import.meta.url));
const shipped = fileURLToPath(new URL('../../fixtures/registry/models/intent-classifier/1.5.0', import.meta.url));

/** Evaluates the next stage, which may begin, and enters it. */
async function step(rollout: string): Promise<Run> {
  expect((await evaluate(rollout)).exitCode).toBe(0);
  const promoted = await run(['promote', plan], { cwd: rollout });
  expect(promoted.exitCode).toBe(0);
  return promoted;
}

describe.skipIf(!existsSync(mlflow))('a real MLflow server (skipped where it is not installed)', () => {
  let server: MlflowPeer;
  let kept: string;
  beforeAll(async () => {
    kept = temporaryFolder(afterAll);
    server = await MlflowPeer.start(kept);
  });
  afterAll(() => server.end());

  /** The starter's rollout, of which a registered model shows what becomes of it. */
  async function mirrored(name: string, more = ''): Promise<string> {
    await server.register(name, [baseline, candidate], anyFiles);
    const rollout = await starter();
    judgeAll(rollout);
    const aliases = 'aliases: { stable: champion, canary: challenger }';
    edit(
      rollout,
      plan,
      (text) => `${text}\nmirror: { mlflow: { url: '${server.url}', model: ${name}, ${aliases}${more} } }\n`,
    );
    return rollout;
  }

  test('a version is fetched, hashed and added with what its run recorded', async () => {
    await server.register('intent', ['1.5.0', undefined], shipped);
    const cwd = temporaryFolder();
    const args = ['registry', 'import', 'mlflow', 'registry', 'intent', '--url', server.url];
    const tagged = await run([...args, '--model-version', '1', '--signature', signature], { cwd });
    expect(tagged).toMatchObject({ exitCode: 0, stderr: '' });
    const { versions } = Object(JSON.parse(readFileSync(join(cwd, 'registry/intent.json'), 'utf8')));
    const inRepository = Object(JSON.parse(readFileSync(join(shipped, '../../../intent-classifier.json'), 'utf8')));
    expect(versions['1.5.0']).toMatchObject({
      status: 'stable',
      artifact: {
        runtime: 'tfjs',
        path: 'models/intent/1.5.0',
        sha256: inRepository.versions['1.5.0'].artifact.sha256,
      },
      metrics: { accuracy: 0.91 },
      data_hash: `sha256:${'ab'.repeat(32)}`,
      code_hash: 'git:c0ffee0123456789',
    });
    const newest = await run([...args, '--signature', signature, '--dry-run'], { cwd });
    expect(newest.stderr).toContain('Version 2 of intent has no tag canary.version, so it is 2.0.0 here');
    expect(readdirSync(join(cwd, 'registry/models/intent'))).toEqual(['1.5.0']);
    await server.setAlias('intent', 'challenger', '2');
    const aliased = await run([...args, '--alias', 'challenger', '--signature', signature], { cwd });
    expect(aliased.exitCode).toBe(0);
    expect(readdirSync(join(cwd, 'registry/models/intent')).toSorted()).toEqual(['1.5.0', '2.0.0']);
    expect((await run(['registry', 'verify', 'registry'], { cwd })).exitCode).toBe(0);
    const unknown = await run([...args, '--alias', 'nobody', '--signature', signature], { cwd });
    expect(unknown).toMatchObject({ exitCode: 5, stdout: '' });
    expect(unknown.stderr).toContain('has no alias nobody\n');
    const again = await run([...args, '--model-version', '1', '--signature', signature], { cwd });
    expect(again).toMatchObject({ exitCode: 5, stdout: '' });
    expect(again.stderr).toContain('1.5.0');
    expect(readdirSync(join(cwd, 'registry/models/intent')).toSorted()).toEqual(['1.5.0', '2.0.0']);
  });

  test('what does not exist is one sentence, and nothing is added', async () => {
    const cwd = temporaryFolder();
    const args = ['registry', 'import', 'mlflow', 'registry', 'nothing', '--signature', signature, '--url'];
    for (const [address, problem] of [
      [server.url, 'has no registered model "nothing"'],
      [`${server.url}/elsewhere`, 'answered 404 to mlflow/registered-models/get'],
      ['ftp://mlflow', '--url ftp://mlflow is not an address'],
      ['http://name:5ecret@mlflow', '--url holds a name or password'],
    ] as const) {
      const { exitCode, stderr } = await run([...args, address], { cwd });
      expect([2, 5]).toContain(exitCode);
      expect(stderr).toContain(problem);
      expect(stderr).not.toContain('5ecret');
    }
    expect(readdirSync(cwd)).toEqual([]);
  });

  test('aliases and tags follow a rollout through its stages and back', async () => {
    const rollout = await mirrored('walked');
    await step(rollout);
    expect(await server.aliasesOf('walked')).toEqual({ champion: '1' });
    await step(rollout);
    expect(registryOf(rollout).traffic[candidate]).toBe(0.1);
    expect(await server.aliasesOf('walked')).toEqual({ champion: '1', challenger: '2' });
    expect(await server.tagsOf('walked', '2')).toMatchObject({
      'canary.status': 'canary',
      'canary.weight': '0.1',
      'canary.rollout': 'intent-classifier-1.1.0',
      'canary.evidence': expect.stringMatching(/^sha256:[0-9a-f]{64}$/u),
    });
    const again = await run(['mirror', plan, '--format', 'json'], { cwd: rollout });
    expect(JSON.parse(again.stdout)).toMatchObject({
      tags: 0,
      aliases: [
        { before: '1', after: '1' },
        { before: '2', after: '2' },
      ],
    });
    expect((await run(['rollback', plan, '--by', 'ana', '--reason', 'tried'], { cwd: rollout })).exitCode).toBe(0);
    expect(await server.aliasesOf('walked')).toEqual({ champion: '1' });
    expect(await server.tagsOf('walked', '2')).toMatchObject({ 'canary.status': 'rolled_back', 'canary.weight': '0' });
    expect((await run(['status', plan], { cwd: rollout })).stdout).not.toContain('mirrored');
  });

  test('an alias that somebody moved stays where it is until --force', async () => {
    const rollout = await mirrored('moved');
    await step(rollout);
    await server.setAlias('moved', 'champion', '2');
    const promoted = await step(rollout);
    expect(promoted.stderr).toContain('somebody moved the alias champion');
    expect(promoted.stderr).toContain('to version 2, and it should be at version 1');
    expect(await server.aliasesOf('moved')).toEqual({ champion: '2' });
    expect((await run(['status', plan], { cwd: rollout })).stdout).toMatch(/mirrored +no: somebody moved/u);
    expect((await run(['mirror', plan], { cwd: rollout })).exitCode).toBe(3);
    expect((await run(['mirror', plan, '--force'], { cwd: rollout })).exitCode).toBe(0);
    expect(await server.aliasesOf('moved')).toEqual({ champion: '1', challenger: '2' });
  });

  test('a server that asks for a token gets it from the environment alone, and a failure is made up for', async () => {
    const proxy = createServer((asked, answer) => {
      if (asked.headers.authorization !== 'Bearer tok-5ecret') {
        answer.writeHead(401).end('no');
        return;
      }
      const passed = request(
        `${server.url}${asked.url ?? ''}`,
        { method: asked.method, headers: { ...asked.headers, host: new URL(server.url).host } },
        (found) => {
          answer.writeHead(found.statusCode ?? 500, found.headers);
          found.pipe(answer);
        },
      );
      asked.pipe(passed);
    });
    await new Promise<void>((done) => proxy.listen(0, '127.0.0.1', done));
    onTestFinished(() => void proxy.close());
    const rollout = await mirrored('guarded', ', token: { env: MLFLOW_TRACKING_TOKEN }');
    const port = Object(proxy.address()).port;
    edit(rollout, plan, (text) => text.replace(server.url, `http://127.0.0.1:${port}`));
    const unset = await step(rollout);
    expect(unset.stderr).toContain('needs the environment variable MLFLOW_TRACKING_TOKEN, which is not set');
    expect(await server.aliasesOf('guarded')).toEqual({});
    const wrong = await run(['mirror', plan], { cwd: rollout, env: { MLFLOW_TRACKING_TOKEN: 'tok-other' } });
    expect(wrong).toMatchObject({ exitCode: 5, stdout: '' });
    expect(wrong.stderr).toContain('refuses the credentials (401)');
    const right = await run(['mirror', plan], { cwd: rollout, env: { MLFLOW_TRACKING_TOKEN: 'tok-5ecret' } });
    expect(right.exitCode).toBe(0);
    expect(await server.aliasesOf('guarded')).toEqual({ champion: '1' });
    for (const text of [unset.stderr, wrong.stderr, right.stdout, right.stderr]) expect(text).not.toMatch(/tok-/u);
  });

  test('a server that was down is caught up with by the next tick of a watch once it is there again, and by the next change', async () => {
    const rollout = await mirrored('restarted');
    const again = async () => void (server = await MlflowPeer.start(kept, Number(new URL(server.url).port)));
    await server.ended();
    const down = await run(['watch', plan, '--auto', '--once'], { cwd: rollout });
    expect(down).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('MLflow does not show the change') });
    expect((await run(['status', plan], { cwd: rollout })).stdout).toMatch(/mirrored +no/u);
    await again();
    expect(await server.aliasesOf('restarted')).toEqual({});
    const looking = await run(['watch', plan, '--once', '--until', 'shadow'], { cwd: rollout });
    expect([looking.exitCode, await server.aliasesOf('restarted')]).toEqual([0, {}]);
    const caughtUp = await run(['watch', plan, '--auto', '--once', '--until', 'shadow'], { cwd: rollout });
    expect(caughtUp).toMatchObject({ exitCode: 0, stderr: '' });
    expect(await server.aliasesOf('restarted')).toEqual({ champion: '1' });
    expect((await run(['status', plan], { cwd: rollout })).stdout).not.toMatch(/mirrored +no/u);
    await server.ended();
    expect((await step(rollout)).stderr).toContain('MLflow does not show the change');
    await again();
    expect((await step(rollout)).stderr).toBe('');
    expect(await server.aliasesOf('restarted')).toEqual({ champion: '1', challenger: '2' });
    expect(await server.tagsOf('restarted', '2')).toMatchObject({ 'canary.weight': '0.5' });
  });

  test('a version that MLflow does not have is named', async () => {
    const rollout = await mirrored('lacking');
    await server.ask('DELETE', 'model-versions/delete-tag', { name: 'lacking', version: '1', key: 'canary.version' });
    await server.ask('POST', 'model-versions/set-tag', {
      name: 'lacking',
      version: '1',
      key: 'canary.version',
      value: '9.9.9',
    });
    const { exitCode, stderr } = await run(['mirror', plan], { cwd: rollout });
    expect(exitCode).toBe(5);
    expect(stderr).toContain(`has no version of lacking that is ${baseline}`);
  });
});

test.each([
  ['latest', 'latest is reserved'],
  ['v7', 'a v before digits means a version there'],
  ['champion', 'stable and canary are both called champion'],
])('the alias %s of a mirror is told before anything is written', async (alias, problem) => {
  const folder = await starter();
  edit(
    folder,
    plan,
    (text) => `${text}\nmirror: { mlflow: { url: http://mlflow, aliases: { stable: champion, canary: ${alias} } } }\n`,
  );
  const { exitCode, stderr } = await run(['plan', plan], { cwd: folder });
  expect(exitCode).toBe(2);
  expect(stderr).toContain(problem);
});

test('a plan without a mirror says how one is written', async () => {
  const folder = await starter();
  const { exitCode, stderr } = await run(['mirror', plan], { cwd: folder });
  expect(exitCode).toBe(2);
  expect(stderr).toContain('has no mirror');
});
