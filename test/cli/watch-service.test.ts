import { generateKeyPairSync } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { jsonLines } from '../fixtures/test-rollout.ts';
import { freePort } from '../routing/real-server.ts';
import { run, runInstalled, type Run } from './harness.ts';
import {
  candidate,
  edit,
  judgeAll,
  linesOf,
  log,
  plan,
  planName,
  registryFile,
  registryOf,
  starter,
  type StarterRecord,
} from './starter.ts';

const lease = registryFile.replace('.json', '.watch');

/** Asks until there is an answer, which a watch gives once it looked. */
async function answerOf(url: string, until: (text: string) => boolean): Promise<{ status: number; text: string }> {
  for (;;) {
    const answer = await fetch(url).catch(() => undefined);
    const text = (await answer?.text()) ?? '';
    if (answer !== undefined && until(text)) return { status: answer.status, text };
    await new Promise((resolve) => void setTimeout(resolve, 20));
  }
}

/** A watch as a service that was sent SIGTERM after its first look, and what it told meanwhile. */
async function service(folder: string, meanwhile: (place: string, pid: number) => Promise<void>): Promise<Run> {
  const place = `http://127.0.0.1:${await freePort()}`;
  const args = ['watch', plan, '--auto', '--until', 'canary-10', '--every', '1h', '--health', new URL(place).port];
  let pid = 0;
  const running = runInstalled(args, { cwd: folder, onStart: (started) => void (pid = started) });
  try {
    await answerOf(`${place}/metrics`, (text) => text.includes('canary_watch_last_tick_seconds{'));
    await meanwhile(place, pid);
  } finally {
    process.kill(pid, 'SIGTERM');
  }
  return await running;
}

test(
  'a watch answers for its health, keeps a second one out, and ends with 130 at SIGTERM',
  { timeout: 60_000 },
  async () => {
    const folder = await starter();
    judgeAll(folder);
    const { exitCode, stdout, stderr } = await service(folder, async (place, pid) => {
      expect(await answerOf(`${place}/healthz`, () => true)).toEqual({ status: 200, text: 'watching\n' });
      const metrics = await answerOf(`${place}/metrics`, () => true);
      expect(metrics.text).toContain('canary_watch_last_tick_seconds{plan="rollout.yaml",did="entered"}');
      expect(metrics.text).toMatch(/^canary_\w+\{[^}]*plan="intent-classifier-1\.1\.0"/mu);
      expect((await answerOf(`${place}/other`, () => true)).status).toBe(404);
      const second = await run(['watch', plan, '--auto', '--once'], { cwd: folder });
      expect(second).toMatchObject({
        exitCode: 5,
        stderr: expect.stringContaining(`is watched by process ${pid} on `),
      });
    });
    expect({ exitCode, stdout, stderr }).toEqual({
      exitCode: 130,
      stdout: expect.stringContaining('entered shadow'),
      stderr: expect.stringContaining('nterrupted'),
    });
    expect(existsSync(join(folder, lease))).toBe(false);
    expect(registryOf(folder).rollouts[planName]?.entered).toEqual(['shadow']);
    expect((await run(['registry', 'verify', 'registry'], { cwd: folder })).exitCode).toBe(0);
    expect(
      (await run(['watch', plan, '--auto', '--until', 'canary-10', '--every', '10ms'], { cwd: folder })).exitCode,
    ).toBe(0);
  },
);

test('a watch that cannot look is not well', { timeout: 60_000 }, async () => {
  const folder = await starter();
  edit(folder, plan, (text) => text.replace('requests.jsonl', 'none.jsonl'));
  const { exitCode } = await service(folder, async (place) => {
    expect(await answerOf(`${place}/healthz`, () => true)).toEqual({ status: 503, text: 'not well\n' });
  });
  expect(exitCode).toBe(130);
});

test('five failures in a row end a watch with exit 5, and nothing was entered', async () => {
  const folder = await starter();
  edit(folder, plan, (text) => text.replace('requests.jsonl', 'none.jsonl'));
  const { exitCode, stdout, stderr } = await run(['watch', plan, '--auto', '--every', '1ms'], { cwd: folder });
  expect({ exitCode, stderr }).toEqual({
    exitCode: 5,
    stderr: expect.stringContaining(
      'rollout.yaml failed 5 times in a row: requests.source: no file matches none.jsonl',
    ),
  });
  expect(linesOf(stdout).filter((line) => line.includes('failed'))).toHaveLength(5);
  expect(registryOf(folder).revision).toBe(0);
  expect(existsSync(join(folder, lease))).toBe(false);
});

test('a watch signs the evidence that it acts on, and without the key it enters nothing', async () => {
  const folder = await starter();
  judgeAll(folder);
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  writeFileSync(join(folder, 'ci.pem'), privateKey.export({ format: 'pem', type: 'pkcs8' }));
  writeFileSync(join(folder, 'ci.pub.pem'), publicKey.export({ format: 'pem', type: 'spki' }));
  edit(folder, plan, (text) => `${text}attestation: { signedBy: [ci.pub.pem] }\n`);
  const once = (...args: string[]) => run(['watch', plan, '--auto', '--once', ...args], { cwd: folder });
  const unsigned = await once();
  expect([unsigned.exitCode, registryOf(folder).revision]).toEqual([5, 0]);
  expect(unsigned.stdout).toContain('failed');
  const signed = await once('--key', 'ci.pem');
  expect({ ...signed, revision: registryOf(folder).revision }).toMatchObject({ exitCode: 0, stderr: '', revision: 1 });
  expect(existsSync(join(folder, `.canary/${planName}/shadow/evidence.intoto.json`))).toBe(true);
});

interface Assigned {
  readonly unit: string;
  readonly version: string;
}

/** Writes a log of what was served at 10%: a record is the outcome of the one version that had it. */
async function writeServed(folder: string, isBroken: boolean): Promise<void> {
  const records = linesOf(readFileSync(join(folder, log), 'utf8')).map((line): StarterRecord => JSON.parse(line));
  const stdin = records.map(({ user_id: user }) => `${user}\n`).join('');
  const { stdout } = await run(['assign', plan, '--users', '-', '--format', 'json'], { cwd: folder, stdin });
  const assigned: Assigned[] = JSON.parse(stdout);
  const since = Date.parse(registryOf(folder).history.at(-1)?.at ?? '') + 3_600_000;
  const served = Array.from({ length: 6 * records.length }, (_, index) => {
    const place = index % records.length;
    const { user_id: user, context, label } = records[place] ?? {};
    const version = assigned[place]?.version;
    const answer = isBroken && version === candidate ? { error: 'timeout' } : { prediction: label };
    const timestamp = new Date(since + index * 1000).toISOString();
    return {
      request_id: `served-${index}`,
      timestamp,
      user_id: user,
      context,
      label,
      version,
      latency_ms: 20,
      ...answer,
    };
  });
  writeFileSync(join(folder, 'served.jsonl'), jsonLines(served));
}

test.each([
  ['takes the candidate out before the replayed stage is entered, where it fails its users', true],
  ['lets the replayed stage be entered, where it does not', false],
])('a live stage that is guarded while the next one is replayed %s', async (_, isBroken) => {
  const folder = await starter('at ten percent');
  await writeServed(folder, isBroken);
  const fields = '{ servedBy: version, prediction: prediction, latency: latency_ms, error: error }';
  const live = `basis: live, requests: { source: served.jsonl, fields: ${fields} }`;
  edit(folder, plan, (text) =>
    text.replace(/- \{ name: full, weight: 1[^}]*\}/u, `- { name: full, weight: 1, ${live} }`),
  );
  const { exitCode, stdout, stderr } = await run(['watch', plan, '--auto', '--once', '--format', 'json'], {
    cwd: folder,
  });
  const [tick] = linesOf(stdout).map((line): unknown => JSON.parse(line));
  expect({ exitCode, stderr, tick }).toMatchObject(
    isBroken
      ? { exitCode: 4, tick: { did: 'rolled-back', stage: 'full' } }
      : { exitCode: 0, tick: { did: 'entered', stage: 'half' } },
  );
  const entered = registryOf(folder).history.flatMap(({ action, stage }) => (action === 'enter' ? [stage] : []));
  expect(entered).toEqual(['shadow', 'canary-10', ...(isBroken ? [] : ['half'])]);
  expect((await run(['registry', 'verify', 'registry'], { cwd: folder })).exitCode).toBe(0);
});
