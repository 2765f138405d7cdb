import { execFileSync } from 'node:child_process';
import { Job } from 'kubernetes-models/batch/v1';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { run } from '../cli/harness.ts';
import { TestRollout } from '../fixtures/test-rollout.ts';
import { replayJobText } from '../../src/routing/kubernetes/replay-job.ts';

const job = {
  name: 'Intent 1.5.0 (EU)',
  plan: "rollouts/it's one.yaml",
  store: 's3://outcomes/intent',
  shards: 3,
  image: 'registry.example/canary:1',
};

describe.each([['s3://outcomes/intent'], ['/shared/outcomes']])('a job that replays into %s', (store) => {
  const text = replayJobText({ ...job, store });

  test("is valid by the API's own schema", () => {
    const document = parse(text);
    expect(() => new Job(document).validate()).not.toThrow();
    expect(() => new Job({ ...document, spec: { ...document.spec, completions: 'three' } }).validate()).toThrow(
      /completions/u,
    );
  });

  test('is what it was', async () => {
    await expect(text).toMatchFileSnapshot(`golden/kubernetes-job-${store.startsWith('/') ? 'folder' : 'bucket'}.txt`);
  });

  test('has each shard once, as its shell understands it', () => {
    const { completions, template } = parse(text).spec;
    const [shell, ...args]: string[] = template.spec.containers[0].command;
    const shards = Array.from({ length: completions }, (_, index) =>
      execFileSync(
        shell ?? '',
        args.map((arg) => arg.replace('exec canary', 'printf "%s\\n"')),
        {
          encoding: 'utf8',
          env: { JOB_COMPLETION_INDEX: String(index) },
        },
      )
        .trimEnd()
        .split('\n'),
    );
    const words = ['--work', '/var/canary', 'replay', job.plan, '--store', store, '--shard'];
    expect(shards).toEqual(['1/3', '2/3', '3/3'].map((shard) => [...words, shard]));
  });
});

describe('canary export kubernetes-job', () => {
  let cwd: string;
  beforeAll(() => {
    cwd = new TestRollout({}, afterAll).folder;
  });

  test.each([
    [['--store', 's3://a/b'], 'kubernetes-job needs --store and --shards'],
    [['--shards', '3'], 'kubernetes-job needs --store and --shards'],
    [['--store', 'outcomes', '--shards', '3'], '--store outcomes is not a place that every pod can reach'],
    [['--store', 's3://a/b', '--shards', '0'], 'Write a whole number from 1 to 10000'],
    [['--store', 's3://a/b', '--shards', '3', '--weight', '5%'], 'kubernetes-job does not depend on a weight'],
    [['--store', 's3://a/b', '--shards', '3', '--stage', 'nope'], 'nope'],
  ])('%j is refused', async (options, message) => {
    const result = await run(['export', 'kubernetes-job', 'plan.yaml', ...options], { cwd });
    expect(result).toMatchObject({ exitCode: 2, stdout: '', stderr: expect.stringContaining(message) });
  });

  test('prints a job', async () => {
    const options = ['--store', 's3://a/b', '--shards', '16', '--image', 'mine:1'];
    const { exitCode, stdout } = await run(['export', 'kubernetes-job', 'plan.yaml', ...options], { cwd });
    expect(exitCode).toBe(0);
    expect(parse(stdout)).toMatchObject({
      kind: 'Job',
      spec: { completions: 16, parallelism: 16, backoffLimitPerIndex: 3 },
    });
    const istio = await run(['export', 'istio', 'plan.yaml', '--shards', '16'], { cwd });
    expect(istio).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('are only for kubernetes-job') });
  });
});
