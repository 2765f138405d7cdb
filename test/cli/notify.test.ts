import { appendFileSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Webhook } from 'standardwebhooks';
import { describe, expect, test } from 'vitest';
import { run } from './harness.ts';
import { edit, linesOf, log, plan, planName, promote, registryOf, starter } from './starter.ts';
import { type Answers, type Received, webhookReceiver } from './webhook-receiver.ts';

const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const signed =
  'notify: [{ url: { env: HOOK }, form: cloudevents, secret: { env: HOOK_SECRET }, reportUrl: "https://ci/r" }]\n';
const chat = 'notify: [{ url: { env: HOOK }, form: slack }]\n';

async function told(notify: string, answers?: Answers, state: 'evaluated' | 'held' = 'evaluated') {
  const folder = await starter(state);
  edit(folder, plan, (text) => `${text}${notify}`);
  const { url, received } = await webhookReceiver(answers);
  return { folder, received, env: { HOOK: url, HOOK_SECRET: secret } };
}

/** The log of deliveries, one object a line. */
function deliveriesIn(folder: string): Record<string, unknown>[] {
  const text = readFileSync(join(folder, '.canary', planName, 'notifications.jsonl'), 'utf8');
  return linesOf(text).map((line) => JSON.parse(line));
}

const dataOf = ({ body }: Received): Record<string, unknown> => JSON.parse(body);

test('promote sends a CloudEvent that the standard package finds signed', async () => {
  const { folder, received, env } = await told(signed);
  expect(await run(['promote', plan], { cwd: folder, env })).toMatchObject({ exitCode: 0, stderr: '' });
  expect(received).toHaveLength(1);
  const [message] = received;
  if (message === undefined) throw new Error('nothing came');
  const headers = Object.fromEntries(Object.entries(message.headers).map(([name, value]) => [name, String(value)]));
  expect(new Webhook(secret).verify(message.body, headers)).toMatchObject({
    specversion: '1.0',
    id: headers['webhook-id'],
    source: `canary/intent-classifier/${planName}`,
    type: 'canary.rollout.promoted.v1',
    subject: 'shadow',
    data: { verdict: 'increase', weight: { before: 0, after: 0 }, report: 'https://ci/r' },
  });
  expect(headers['content-type']).toBe('application/cloudevents+json');
  expect(deliveriesIn(folder)).toMatchObject([
    { event: 'begin', revision: 0 },
    { event: 'promote', ok: true, status: 200, revision: 1 },
  ]);
});

test.each([400, -400])(
  'a receiver whose clock is %d seconds ahead refuses what is signed, changes nothing, and its clock is told',
  async (ahead) => {
    const { folder, received, env } = await told(signed, (_, message) => {
      const date = new Date(Date.now() + ahead * 1000).toUTCString();
      return { status: isSignedAt(message, ahead) ? 200 : 401, headers: { date } };
    });
    const { exitCode, stderr } = await run(['promote', plan], { cwd: folder, env });
    expect({ exitCode, times: received.length }).toEqual({ exitCode: 0, times: 1 });
    const side = ahead > 0 ? 'ahead of' : 'behind';
    expect(stderr).toMatch(
      new RegExp(
        `notify\\[0\\] answered with status 401; its clock is (?:39\\d|400) s ${side} this machine's, and signatures hold for five minutes: set the clocks`,
        'u',
      ),
    );
    expect(registryOf(folder).revision).toBe(1);
  },
);

/** Whether the standard package takes a message at a clock that is so many seconds ahead. */
function isSignedAt({ headers, body }: Received, ahead: number): boolean {
  const texts = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
  const { now } = Date;
  Date.now = () => now() + ahead * 1000;
  try {
    new Webhook(secret).verify(body, texts);
    return true;
  } catch {
    return false;
  } finally {
    Date.now = now;
  }
}

test('a hold has the same id when it is told again, since a kill lost the note that it was', async () => {
  const { folder, received, env } = await told(signed, undefined, 'held');
  const lines = join(folder, '.canary', planName, 'notifications.jsonl');
  const evaluateAgain = async () =>
    expect((await run(['evaluate', plan, '--notify'], { cwd: folder, env })).exitCode).toBe(3);
  await evaluateAgain();
  writeFileSync(lines, `${linesOf(readFileSync(lines, 'utf8')).slice(0, -1).join('\n')}\n`);
  // Another look is other evidence.
  appendFileSync(
    join(folder, log),
    readFileSync(join(folder, log), 'utf8').replaceAll('"request_id":"', '"request_id":"later-'),
  );
  await evaluateAgain();
  const ids = received.map((message) => dataOf(message)['id']);
  expect([ids.length, new Set(ids).size]).toEqual([2, 1]);
});

test('a hold is told once for the same reasons, and a rollback by hand with who and why', async () => {
  const { folder, received, env } = await told(signed, undefined, 'held');
  expect((await run(['promote', plan], { cwd: folder, env })).exitCode).toBe(3);
  expect(dataOf(received[0] ?? { headers: {}, body: '{}' })['type']).toBe('canary.rollout.held.v1');
  expect((await run(['evaluate', plan, '--notify'], { cwd: folder, env })).exitCode).toBe(3);
  expect(received).toHaveLength(1);
  const args = ['promote', plan, '--override', 'rollback', '--by', 'ana', '--reason', 'late'];
  expect((await run(args, { cwd: folder, env })).exitCode).toBe(4);
  expect(dataOf(received[1] ?? { headers: {}, body: '{}' })).toMatchObject({
    type: 'canary.rollout.rolled_back.v1',
    data: { by: 'ana', reasons: expect.arrayContaining(['late']) },
  });
});

test('a message of Slack pings nobody', async () => {
  const { folder, received, env } = await told(chat);
  const args = ['promote', plan, '--override', 'hold', '--by', '<!channel>', '--reason', `<@U1> & ${'x'.repeat(5000)}`];
  expect((await run(args, { cwd: folder, env })).exitCode).toBe(3);
  const body = received[0]?.body ?? '';
  expect(body).toContain('&lt;!channel&gt;');
  expect(body).not.toMatch(/<[!@]/u);
  const { blocks }: { blocks: { text?: { text: string } }[] } = JSON.parse(body);
  expect(Math.max(...blocks.map(({ text }) => text?.text.length ?? 0))).toBeLessThanOrEqual(3000);
});

describe('a webhook that', () => {
  type Case = [does: string, answers: Answers, messages: number, note: string];
  const wrong: Case[] = [
    ['is down for a moment is asked again', (n) => (n < 3 ? { status: 503 } : { status: 204 }), 3, ''],
    [
      'asks for a pause is given it',
      (n) => (n < 2 ? { status: 429, headers: { 'retry-after': '0' } } : { status: 200 }),
      2,
      '',
    ],
    ['stays down changes nothing', () => ({ status: 500 }), 3, 'notify[0] answered with status 500'],
    ['hangs up changes nothing', () => 'cut', 3, 'notify[0] cut the connection'],
    ['refuses is not asked again', () => ({ status: 403 }), 1, 'notify[0] answered with status 403'],
    [
      'redirects is not followed',
      () => ({ status: 302, headers: { location: 'http://elsewhere.example/' } }),
      1,
      'redirects to elsewhere.example',
    ],
  ];

  test.each(wrong)('%s', async (_, answers, messages, note) => {
    const { folder, received, env } = await told(signed, answers);
    const { exitCode, stderr } = await run(['promote', plan], { cwd: folder, env });
    expect({ exitCode, messages: received.length, revision: registryOf(folder).revision }).toEqual({
      exitCode: 0,
      messages,
      revision: 1,
    });
    expect(stderr).toContain(note);
    expect(stderr === '').toBe(note === '');
    // A repeat is recognised by its id.
    expect(new Set(received.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
  });

  test('is not there changes nothing', async () => {
    const { folder } = await told(signed);
    const { exitCode, stderr } = await run(['promote', plan], {
      cwd: folder,
      env: { HOOK: 'http://127.0.0.1:9/', HOOK_SECRET: secret },
    });
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: expect.stringContaining('notify[0] ') });
  });
});

test('a variable that is unset is named, and --no-run asks nobody', async () => {
  const { folder, received, env } = await told(signed);
  expect((await run(['notify', plan, '--test'], { cwd: folder })).stdout).toContain('HOOK, which is not set');
  const safe = await run(['notify', plan, '--test', '--no-run'], { cwd: folder, env });
  expect(safe).toMatchObject({ exitCode: 5, stdout: expect.stringContaining('--no-run asks no server') });
  const other = await run(['notify', plan, '--test', '--allow-host', 'ops.example.com'], { cwd: folder, env });
  expect(other.stdout).toContain('but no --allow-host names it');
  expect(received).toHaveLength(0);
});

test('a test message tells what each target answered', async () => {
  const { folder, received, env } = await told(signed);
  expect(await run(['notify', plan, '--test'], { cwd: folder, env })).toMatchObject({
    exitCode: 0,
    stdout: expect.stringContaining('told (200)'),
  });
  expect(dataOf(received[0] ?? { headers: {}, body: '{}' })['type']).toBe('canary.rollout.test.v1');
  expect(await run(['notify', plan], { cwd: folder, env })).toMatchObject({
    exitCode: 2,
    stderr: expect.stringContaining('--test'),
  });
});

test.each([
  [
    'secret',
    'notify: [{ url: "https://ops.example.com/", form: cloudevents, secret: hunter2-hunter2 }]\n',
    'CANARY_WEBHOOK_SECRET',
  ],
  ['url', 'notify: [{ url: "https://hooks.slack.com/services/hunter2-hunter2", form: slack }]\n', 'SLACK_WEBHOOK_URL'],
  ['url', 'notify: [{ url: "https://a:hunter2-hunter2@ops.example.com/", form: cloudevents }]\n', 'CANARY_WEBHOOK_URL'],
])('a literal %s in a plan is refused', async (key, notify, variable) => {
  const { folder } = await told(notify);
  const { exitCode, stderr } = await promote(folder);
  expect({ exitCode, stderr }).toEqual({
    exitCode: 2,
    stderr: expect.stringContaining(
      `${key} is a secret, which must not be in a plan; write ${key}: { env: ${variable} }`,
    ),
  });
});

test('no output, log or evidence holds an address or a secret', async () => {
  const { folder, env } = await told(signed, () => ({ status: 500 }));
  const printed = [];
  for (const args of [
    ['evaluate', plan, '--format', 'json'],
    ['promote', plan],
    ['notify', plan, '--test', '--format', 'json'],
    ['status', plan],
  ]) {
    const { stdout, stderr } = await run(args, { cwd: folder, env });
    printed.push(stdout, stderr);
  }
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    statSync(join(folder, name)).isFile(),
  );
  const all = [...printed, ...files.map((name) => readFileSync(join(folder, name), 'latin1'))].join('\n');
  expect(all).toContain('notify[0]');
  for (const hidden of [secret, secret.slice(6), env.HOOK]) expect(all).not.toContain(hidden);
});
