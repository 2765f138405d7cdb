import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { HttpArtifact, Signature } from '../../src/domain/registry.ts';
import { parseEvidence } from '../../src/report/document/parse-evidence.ts';
import { openDatabase, quoteLiteral } from '../../src/database/database.ts';
import { type Answer, deadUrl, type Loopback, serve } from '../models/http/loopback.ts';
import { serveOip } from '../models/http/oip-server.ts';
import { run, runInstalled, temporaryFolder } from './harness.ts';
import { type RolloutFiles, writeRollout } from './http-rollout.ts';
import { isWhole } from '../fixtures/tiers.ts';

const labels = ['no', 'yes'];
const signature: Signature = { input: { kind: 'tensor', shape: [2] }, output: { kind: 'classification', labels } };
const qualityAndErrors = [
  '{ metric: accuracy, maxDecrease: 5pp }',
  '{ metric: error_rate, max: 5%, maxIncrease: 3pp }',
];

/** `yes` where the second number is larger. */
function recordsOf(count: number): RolloutFiles['records'] {
  return Array.from({ length: count }, (_, index) => {
    const input = [(index * 7) % 10, (index * 3) % 10];
    return { input, label: labels[Number((input[1] ?? 0) > (input[0] ?? 0))] ?? '' };
  });
}

function serveRight(): Promise<Loopback> {
  return serveOip({
    name: 'pair',
    inputs: [{ name: 'x', datatype: 'FP64', shape: [-1, 2] }],
    infer: ({ inputs: [x] }) => {
      const yes = Number(x?.data[1]) > Number(x?.data[0]) ? 0.9 : 0.1;
      return [{ name: 'p', datatype: 'FP64', shape: [1, 2], data: [1 - yes, yes] }];
    },
  });
}

function oip(url: string): HttpArtifact {
  return { runtime: 'http', url, protocol: 'oip-v2', model: 'pair' };
}

/** A server of which the first question is all that goes well. */
function serveBadly(answer: (posts: number) => Answer | Promise<Answer>): Promise<Loopback> {
  let posts = 0;
  return serve(({ method }) => {
    if (method === 'GET') return { text: 'hello' };
    posts += 1;
    return answer(posts);
  });
}

function json(url: string): HttpArtifact {
  return { runtime: 'http', url, protocol: 'json', body: { x: '{{input}}' }, answer: { scores: 'p' } };
}

test('two versions on servers are compared, and nothing secret is written anywhere', async () => {
  const [old, young] = await Promise.all([serveRight(), serveRight()]);
  const headers = { Authorization: 'Bearer ${MODEL_TOKEN}' };
  const folder = writeRollout({
    baseline: { ...oip(old.url), headers },
    candidate: { ...oip(young.url), headers },
    signature,
    records: recordsOf(3000),
    guardrails: ['{ metric: accuracy, maxDecrease: 3pp }', '{ metric: error_rate, max: 5% }'],
    replay: '{ concurrency: 8 }',
  });
  const env = { MODEL_TOKEN: 'tok-5ecret' };
  const { exitCode, stdout, stderr } = await runInstalled(['evaluate', 'plan.yaml', '--format', 'json'], {
    cwd: folder,
    env,
  });
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  const { inputs, outcomes } = parseEvidence(stdout, 'standard output');
  expect(inputs.candidate).toMatchObject({ runtime: 'http', backend: 'oip-v2, test-server 1.2.3, model version 7' });
  expect(inputs.candidate.sha256).not.toBe(inputs.baseline.sha256);
  expect(outcomes.candidate).toEqual({ requests: 3000, errors: {} });
  expect(old.received.at(-1)?.headers.authorization).toBe('Bearer tok-5ecret');
  for (const path of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (path.isFile()) expect(readFileSync(join(path.parentPath, path.name)).includes('5ecret')).toBe(false);
  }
  // Looking again needs neither server nor token, and finds the same to the byte but for the time.
  await Promise.all([old.close(), young.close()]);
  const again = await runInstalled(['evaluate', 'plan.yaml', '--format', 'json'], { cwd: folder });
  expect(parseEvidence(again.stdout, 'standard output').comparisons).toEqual(
    parseEvidence(stdout, 'standard output').comparisons,
  );
  expect((await run(['promote', 'plan.yaml'], { cwd: folder })).exitCode).toBe(0);
});

test('an endpoint that is not there is one clear error before anything is sent', async () => {
  const old = await serveRight();
  const folder = writeRollout({
    baseline: oip(old.url),
    candidate: oip(await deadUrl()),
    signature,
    records: recordsOf(200),
    guardrails: qualityAndErrors,
  });
  const { exitCode, stdout, stderr } = await runInstalled(['evaluate', 'plan.yaml'], { cwd: folder });
  expect({ exitCode, stdout }).toEqual({ exitCode: 5, stdout: '' });
  expect(stderr).toMatch(
    /^error Version 1\.1\.0 cannot be loaded: its server \S+ does not answer: connect ECONNREFUSED \S+\n {2}Start it, or correct artifact\.url in the registry\.\n$/u,
  );
  expect(old.received.filter(({ method }) => method === 'POST')).toEqual([]);
});

test('a token that is not set is one clear error before anything is sent', async () => {
  const old = await serveRight();
  const candidate = { ...oip(old.url), headers: { Authorization: 'Bearer ${MODEL_TOKEN}' } };
  const files = { baseline: oip(old.url), candidate, signature, records: recordsOf(200), guardrails: qualityAndErrors };
  const { exitCode, stderr } = await runInstalled(['evaluate', 'plan.yaml'], { cwd: writeRollout(files) });
  expect(exitCode).toBe(5);
  expect(stderr).toContain('environment variables of its headers are not set: Authorization needs MODEL_TOKEN');
  expect(old.received.filter(({ method }) => method === 'POST')).toEqual([]);
});

test('a server that misbehaves in every way is taken back; the replay ends and keeps what was measured', async () => {
  const requests = 1200;
  const old = await serveRight();
  const answered: Answer = { json: { p: [0.1, 0.9] } };
  const bad = await serveBadly(async (posts) => {
    // Dies half way.
    if (posts === requests / 2) void bad.close();
    if (posts % 97 === 0) await new Promise((resolve) => setTimeout(resolve, 600));
    if (posts % 50 === 0) return { text: 'Internal Server Error', status: 500 };
    if (posts % 61 === 0) return { text: '{"p": [NaN, NaN]}' };
    return posts % 31 === 0 ? 'drop' : answered;
  });
  const folder = writeRollout({
    baseline: oip(old.url),
    candidate: json(bad.url),
    signature,
    records: recordsOf(requests),
    guardrails: qualityAndErrors,
    replay: '{ concurrency: 4, timeout: 300ms }',
  });
  const { exitCode, stdout } = await runInstalled(['evaluate', 'plan.yaml', '--format', 'json'], { cwd: folder });
  expect(exitCode).toBe(4);
  const { outcomes, verdict } = parseEvidence(stdout, 'standard output');
  expect(verdict.decision).toBe('rollback');
  expect(outcomes.baseline).toEqual({ requests, errors: {} });
  const { errors, retries = 0 } = outcomes.candidate;
  expect(Object.keys(errors).toSorted()).toEqual(['bad-response', 'connect', 'http-5xx', 'timeout']);
  expect(errors['connect']).toBeGreaterThan(requests / 3);
  expect(errors['connect']).toBeLessThan((2 * requests) / 3);
  expect(retries).toBeGreaterThan(0);
  const stored = await storedOutcomes(folder);
  expect(stored.filter(({ error }) => error === 'http-5xx')).toHaveLength(errors['http-5xx'] ?? 0);
  expect(stored).toHaveLength(2 * requests);
});

test('a candidate that fails 2% of the requests is not let through', async () => {
  const old = await serveRight();
  const bad = await serveBadly((posts) =>
    posts % 50 === 0 ? { text: 'no', status: 500 } : { json: { p: [0.9, 0.1] } },
  );
  const folder = writeRollout({
    baseline: oip(old.url),
    candidate: json(bad.url),
    signature,
    records: recordsOf(1500),
    guardrails: ['{ metric: error_rate, max: 1% }'],
    replay: '{ concurrency: 4 }',
  });
  const { exitCode, stdout, stderr } = await runInstalled(['evaluate', 'plan.yaml', '--format', 'json'], {
    cwd: folder,
  });
  expect([3, 4]).toContain(exitCode);
  expect(stderr).toBe('1.1.0: http-5xx 30 times, the first because: status 500: no\n');
  expect(parseEvidence(stdout, 'standard output').outcomes.candidate.errors).toEqual({ 'http-5xx': 30 });
});

test.runIf(isWhole)("a load test at the log's own times is told in the evidence and in the text", async () => {
  const [old, young] = await Promise.all([serveRight(), serveRight()]);
  const folder = writeRollout({
    baseline: oip(old.url),
    candidate: oip(young.url),
    signature,
    records: recordsOf(400),
    guardrails: ['{ metric: latency.p95, max: 500ms }'],
    // A request a minute, sixty thousand times as fast: a thousand a second.
    replay: '{ rate: recorded, speedup: 60000, latencyRequests: 200, concurrency: 16 }',
  });
  const { exitCode, stdout } = await runInstalled(['evaluate', 'plan.yaml', '--verbose'], { cwd: folder });
  expect([0, 3]).toContain(exitCode);
  expect(stdout).toContain("timed at the log's own times, 60,000 times as fast, 16 at once at most");
  const again = await runInstalled(['evaluate', 'plan.yaml', '--format', 'json'], { cwd: folder });
  const { inputs, comparisons } = parseEvidence(again.stdout, 'standard output');
  expect(inputs.load).toEqual({ rate: 'recorded', speedup: 60_000, concurrency: 16 });
  expect(comparisons.find(({ metric }) => metric === 'latency.p95')).toMatchObject({ requests: 200 });
});

test('registry add takes an endpoint, and says what is wrong with one', async () => {
  const folder = temporaryFolder();
  const add = (...args: string[]) =>
    run(['registry', 'add', 'registry', 'pair', '--signature', JSON.stringify(signature), ...args], { cwd: folder });
  const added = await add(
    '--endpoint',
    JSON.stringify({ url: 'http://localhost:8080', protocol: 'oip-v2', model: 'pair' }),
  );
  expect(added).toMatchObject({ exitCode: 0, stderr: '' });
  expect(added.stdout).toContain('oip-v2 at http://localhost:8080, model pair');
  const wrong = await add('--endpoint', '{"url":"http://me:pw@localhost","protocol":"oip","heders":{}}');
  expect(wrong.exitCode).toBe(2);
  expect(wrong.stderr).toContain('heders is not known');
  expect(wrong.stderr).toContain('did you mean headers');
  expect(wrong.stderr).toContain('protocol cannot be "oip"');
  expect(wrong.stderr).toContain('which is not a valid url');
  const secret = await add(
    '--endpoint',
    JSON.stringify({ url: 'http://localhost', protocol: 'mlflow', headers: { Authorization: 'Bearer abc' } }),
  );
  expect(secret.exitCode).toBe(2);
  expect(secret.stderr).toContain('holds a secret in plain text');
  const format = await add('--endpoint', '{"url":"http://localhost","protocol":"mlflow","format":"rows"}');
  expect(format.stderr).toContain('artifact.format rows is not one of mlflow; write one of dataframe_split');
  const endpoint = { url: 'http://localhost', protocol: 'json', body: { x: ['{{inputs}}', '{{id}}'] } };
  const body = await add('--endpoint', JSON.stringify({ ...endpoint, answer: { label: 'y' } }));
  expect(body.exitCode).toBe(2);
  expect(body.stderr).toContain('artifact.body has {{inputs}}, which is not a placeholder');
  const shown = await run(['registry', 'show', 'registry', 'pair'], { cwd: folder });
  expect(shown.stdout).toContain('oip-v2 at http://localhost:8080, model pair');
  expect((await run(['registry', 'verify', 'registry'], { cwd: folder })).exitCode).toBe(0);
});

async function storedOutcomes(folder: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const store = join(folder, '.canary/outcomes');
  const files = readdirSync(store, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.parquet'));
  const db = await openDatabase({ tempFolder: temporaryFolder() });
  const list = files.map((path) => quoteLiteral(join(store, path)));
  const rows = await db.rows(`SELECT error, detail FROM read_parquet([${list.join(', ')}])`);
  await db.close();
  return rows;
}
