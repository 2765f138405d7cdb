import { listening } from '../fixtures/listening.ts';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Evidence } from '../../src/domain/evidence.ts';
import { evaluate } from '../../src/gate/evaluate/evaluate.ts';
import { run } from '../cli/harness.ts';
import { type PlanKeys, TestRollout } from '../fixtures/test-rollout.ts';

/** What a model says to a question the first time it is asked, the second time and so on, over and over: null fails. */
const models: Record<string, readonly (string | null)[]> = {
  steady: ['yes'],
  moody: ['yes', 'no', 'yes'],
  worse: ['yes', 'no', 'no'],
  shaky: ['yes', null, 'yes'],
};

/** How often each model was asked each question, and the most that were asked of one at once. */
const asked = new Map<string, number>();
let [underWay, atOnce] = [0, 0];

/** A server of OpenAI's chat API whose models sample: they answer the same question otherwise from time to time. */
const server = createServer(async (request, response) => {
  if (request.url === '/v1/models') {
    response.end(JSON.stringify({ data: Object.keys(models).map((id) => ({ id })) }));
    return;
  }
  underWay += 1;
  atOnce = Math.max(atOnce, underWay);
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(Buffer.from(part));
  const body: { readonly model: string; readonly messages: readonly { readonly content: string }[] } = JSON.parse(
    Buffer.concat(parts).toString(),
  );
  const key = `${body.model} ${body.messages[0]?.content}`;
  const times = asked.get(key) ?? 0;
  asked.set(key, times + 1);
  const answers = models[body.model] ?? [];
  const answer = answers[times % answers.length] ?? null;
  underWay -= 1;
  if (answer === null) {
    response.writeHead(400).end(JSON.stringify({ error: { message: 'no' } }));
    return;
  }
  const event = (data: object) => response.write(`data: ${JSON.stringify(data)}\n\n`);
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  event({ choices: [{ delta: { content: answer } }] });
  event({ choices: [], usage: { prompt_tokens: 3, completion_tokens: 2 + (times % 3) } });
  response.end('data: [DONE]\n\n');
});

let url = '';
beforeAll(async () => {
  url = `${await listening(server)}/v1`;
});
afterAll(() => server.close());
beforeEach(() => {
  asked.clear();
  atOnce = 0;
});

const requests = 120;

/** A scorer that gives the scores of a prediction. */
function scorer(scores: string): string {
  return `import { createInterface } from 'node:readline';
createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, prediction } = JSON.parse(line);
  console.log(JSON.stringify({ id, scores: ${scores} }));
});`;
}

function version(model: string) {
  const artifact = { runtime: 'http', protocol: 'openai-chat', url, model } as const;
  return { artifact, signature: { output: { kind: 'text' } } } as const;
}

function rolloutOf(baseline: string, candidate: string, plan: PlanKeys = {}): TestRollout {
  const records = Array.from({ length: requests }, (_, index) => ({
    request_id: `r${index}`,
    timestamp: new Date(Date.UTC(2026, 10, 1) + index * 60_000).toISOString(),
    user_id: `u${index % 60}`,
    input: `question ${index}`,
    label: 'yes',
  }));
  return new TestRollout({
    plan: {
      replay: '{ repeats: 3, concurrency: 4, timeout: 5s }',
      prices: '{ input: 3, output: 15 }',
      guardrails: [
        '{ metric: exact_match, maxDecrease: 30pp }',
        '{ metric: error_rate, maxIncrease: 30pp }',
        '{ metric: tokens.output, max: 100, onBreach: report }',
      ],
      ...plan,
    },
    versions: { '1.0.0': version(baseline), '1.1.0': version(candidate) },
    files: { 'log.jsonl': records },
  });
}

const modelHost = fileURLToPath(new URL('../../bin/model-host.js', import.meta.url));

async function evaluated({ world }: TestRollout): Promise<Evidence> {
  return (await evaluate({ ...world, modelHost }, 'plan.yaml', {})).evidence;
}

function valueOf({ comparisons }: Evidence, wanted: string) {
  return comparisons.find(({ metric, cohort }) => metric === wanted && cohort === 'all');
}

/** How often each question was put to a model. */
function timesAsked(model: string): readonly number[] {
  return [...new Set([...asked].filter(([key]) => key.startsWith(`${model} `)).map(([, times]) => times))];
}

describe('replay.repeats', () => {
  it('asks each version each request so often, and averages scores and tokens over the askings of a request', async () => {
    const evidence = await evaluated(rolloutOf('steady', 'moody'));
    expect([timesAsked('steady'), timesAsked('moody')]).toEqual([[3], [3]]);
    const match = valueOf(evidence, 'exact_match');
    expect(match).toMatchObject({ baseline: 1, candidate: expect.closeTo(2 / 3, 9), units: 60, requests });
    expect(valueOf(evidence, 'tokens.output')).toMatchObject({ baseline: 3, candidate: 3 });
    expect(evidence.inputs.repeats).toBe(3);
    const { detail } = evidence.checks.find(({ name }) => name === 'scores') ?? {};
    // Of 1, 0 and 1 the variance is a third, and of 1, 1 and 1 none: the root of a sixth. Requests have all the same mean.
    expect(detail).toContain('asked 3 times varies by 0.41, requests among each other by 0.0');
  });

  it('never has more under way at once than the plan says', async () => {
    await evaluated(rolloutOf('steady', 'moody'));
    // Four of each version.
    expect(atOnce).toBeLessThanOrEqual(8);
  });

  it('rolls a candidate back that is worse in most of its answers, though its first are all right', async () => {
    const evidence = await evaluated(rolloutOf('steady', 'worse'));
    expect(valueOf(evidence, 'exact_match')).toMatchObject({ candidate: expect.closeTo(1 / 3, 9) });
    expect(evidence.verdict.decision).toBe('rollback');
  });

  it('counts an asking that fails as a part of its request, whose score it has the worst of', async () => {
    const evidence = await evaluated(rolloutOf('steady', 'shaky'));
    expect(valueOf(evidence, 'error_rate')).toMatchObject({
      baseline: 0,
      candidate: expect.closeTo(1 / 3, 9),
      requests,
    });
    expect(valueOf(evidence, 'exact_match')).toMatchObject({ candidate: expect.closeTo(2 / 3, 9) });
  });

  it('goes on with the answers that are stored where their number changes', async () => {
    const rollout = rolloutOf('steady', 'moody', { replay: '{ concurrency: 4, timeout: 5s }' });
    await evaluated(rollout);
    expect(timesAsked('moody')).toEqual([1]);
    const asIs = await evaluated(rollout.plan({ replay: '{ repeats: 2, concurrency: 4, timeout: 5s }' }));
    expect(timesAsked('moody')).toEqual([2]);
    expect(valueOf(asIs, 'exact_match')).toMatchObject({ candidate: 0.5 });
    expect(asIs.stage).toMatchObject({ series: 2 });
    await evaluated(rollout.plan({ replay: '{ repeats: 3, concurrency: 4, timeout: 5s }' }));
    expect(timesAsked('moody')).toEqual([3]);
    const fewer = await evaluated(rollout.plan({ replay: '{ repeats: 2, concurrency: 4, timeout: 5s }' }));
    expect(timesAsked('moody')).toEqual([3]);
    expect(valueOf(fewer, 'exact_match')).toMatchObject({ candidate: 0.5 });
  });

  it('hides no answer without a score and none out of range behind the mean of the others', async () => {
    const rollout = rolloutOf('steady', 'moody', {
      scores: '{ polite: { command: [node, score.mjs], range: [0, 1], better: higher } }',
      guardrails: ['{ metric: score.polite, maxDecrease: 50pp }', '{ metric: error_rate, maxIncrease: 30pp }'],
    }).write('score.mjs', scorer(`prediction === 'no' ? {} : { polite: 1 }`));
    const missing = await evaluated(rollout);
    expect(missing.guardrails[0]).toMatchObject({ metric: 'score.polite', status: 'uncomputable' });
    rollout.write('score.mjs', scorer(`{ polite: prediction === 'no' ? 2 : 0.25 }`));
    const rejected = await evaluated(rollout);
    expect(rejected.guardrails[0]).toMatchObject({ metric: 'score.polite', status: 'uncomputable' });
    expect(rejected.checks.find(({ name }) => name === 'scores')?.detail).toContain('120 one that is not a number');
  });

  it('is told in the header, and planned, simulated and self-tested', async () => {
    const rollout = rolloutOf('moody', 'moody');
    const evaluation = await run(['evaluate', 'plan.yaml'], { cwd: rollout.folder });
    expect(evaluation.stdout).toContain('each request was asked 3 times of each version and counts as one');
    const plan = await run(['plan', 'plan.yaml'], { cwd: rollout.folder });
    expect(plan).toMatchObject({ exitCode: 0 });
    expect(plan.stdout).toMatch(/^ +exact_match +[\d.]+/mu);
    const effects = ['--effect', 'exact_match=-60pp', '--effect', 'error_rate=+60pp'];
    const options = ['--runs', '3', '--looks', '2'];
    const simulated = await run(['simulate', 'plan.yaml', ...effects, ...options], { cwd: rollout.folder });
    expect(simulated.stderr).toBe('');
    expect(simulated.stdout).toMatch(/rolled back +3 +100%/u);
    const tested = await run(['selftest', 'plan.yaml'], { cwd: rollout.folder });
    expect(tested.stdout).toMatch(/exact_match .*caught/u);
    expect(tested.stdout).toMatch(/error_rate .*caught/u);
    const stored = await run(['replay', 'plan.yaml', '--status'], { cwd: rollout.folder });
    expect(stored.stdout).toContain('1.1.0, asking 3  1 of 1 window');
    // Two versions of one model are one to a store.
    expect(timesAsked('moody')).toEqual([3]);
  });
});
