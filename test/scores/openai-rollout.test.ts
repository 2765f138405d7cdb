import { listening } from '../fixtures/listening.ts';
import { spawnSync } from 'node:child_process';
import { createServer, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Evidence } from '../../src/domain/evidence.ts';
import { evaluate } from '../../src/gate/evaluate/evaluate.ts';
import { TestRollout } from '../fixtures/test-rollout.ts';

const hasPython = spawnSync('python3', ['--version']).status === 0;

/** Between the request and the first token, and between tokens, in ms. */
const [firstMs, betweenMs] = [30, 15];
const things = ['parcel', 'invoice', 'refund', 'account', 'password'];

function question(index: number): string {
  return `Where is my ${things[index % things.length] ?? ''} number ${index}?`;
}

function rightAnswer(asked: string): string {
  const [, thing = '', number = ''] = /my (\w+) number (\d+)/u.exec(asked) ?? [];
  return `Your ${thing} ${number} is on its way and will be there tomorrow morning`;
}

/** What each model of the server answers: a template, in other words where it is none the worse, or cut short. */
const answers: Readonly<Record<string, (asked: string) => string>> = {
  'helper-1': rightAnswer,
  'helper-2': (asked) => rightAnswer(asked).replace('tomorrow morning', 'tomorrow at noon'),
  'helper-bad': (asked) => rightAnswer(asked).split(' ').slice(0, 3).join(' '),
};

let refused = 0;

/** A server of OpenAI's chat API that streams, word by word, and is asked too much once in a while. */
const server = createServer(async (request, response) => {
  if (request.url === '/v1/models') {
    response.end(JSON.stringify({ data: Object.keys(answers).map((id) => ({ id })) }));
    return;
  }
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(Buffer.from(part));
  const body: { readonly model: string; readonly messages: readonly { readonly content: string }[] } = JSON.parse(
    Buffer.concat(parts).toString(),
  );
  const asked = body.messages[0]?.content ?? '';
  if (asked.includes(' 7?') && refused < 2) {
    refused += 1;
    response.writeHead(429, { 'retry-after': '0' }).end('slow down');
    return;
  }
  await streamed(response, answers[body.model]?.(asked) ?? '', asked);
});

async function streamed(response: ServerResponse, answer: string, asked: string): Promise<void> {
  const event = (data: object) => response.write(`data: ${JSON.stringify(data)}\n\n`);
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  event({ choices: [{ delta: { role: 'assistant' } }] });
  await sleep(firstMs);
  const [first, ...rest] = answer.split(' ');
  event({ choices: [{ delta: { content: first } }] });
  await sleep(betweenMs);
  event({ choices: [{ delta: { content: ` ${rest.join(' ')}` } }] });
  const usage = { prompt_tokens: asked.split(' ').length, completion_tokens: answer.split(' ').length };
  event({ choices: [], usage });
  response.end('data: [DONE]\n\n');
}

let url = '';
beforeAll(async () => {
  url = `${await listening(server)}/v1`;
});
afterAll(() => server.close());

const scorer = `import json, sys
for line in sys.stdin:
    asked = json.loads(line)
    wanted, said = set(asked["label"].lower().split()), set(asked["prediction"].lower().split())
    print(json.dumps({"id": asked["id"], "scores": {"coverage": len(wanted & said) / len(wanted)}}), flush=True)
`;

function version(model: string) {
  const artifact = { runtime: 'http', protocol: 'openai-chat', url, model } as const;
  return { artifact, signature: { output: { kind: 'text' } } } as const;
}

function rolloutTo(model: string): TestRollout {
  const records = Array.from({ length: 240 }, (_, index) => ({
    request_id: `r${index}`,
    timestamp: new Date(Date.UTC(2026, 10, 1) + index * 60_000).toISOString(),
    user_id: `u${index}`,
    input: question(index),
    label: rightAnswer(question(index)),
  }));
  return new TestRollout({
    plan: {
      scores: '{ coverage: { command: [python3, score.py], range: [0, 1], better: higher, concurrency: 2 } }',
      replay: '{ concurrency: 24, timeout: 5s }',
      prices: '{ input: 3, output: 15 }',
      guardrails: [
        '{ metric: rouge_l, maxDecrease: 25pp }',
        ...(hasPython ? ['{ metric: score.coverage, maxDecrease: 25pp }'] : []),
        '{ metric: error_rate, maxIncrease: 20pp }',
        '{ metric: latency.first_token, max: 4s, onBreach: report }',
        '{ metric: cost, max: 1, onBreach: report }',
      ],
    },
    versions: { '1.0.0': version('helper-1'), '1.1.0': version(model) },
    files: { 'log.jsonl': records, 'score.py': scorer },
  });
}

const modelHost = fileURLToPath(new URL('../../bin/model-host.js', import.meta.url));

async function evaluated(model: string): Promise<Evidence> {
  return (await evaluate({ ...rolloutTo(model).world, modelHost }, 'plan.yaml', {})).evidence;
}

describe('a text generator behind an OpenAI-compatible server', () => {
  it('may begin where its answers are as near to the truth, with its first token timed and its tokens priced', async () => {
    const evidence = await evaluated('helper-2');
    expect(evidence.guardrails.map(({ metric, status }) => `${metric} ${status}`)).toEqual(
      expect.arrayContaining(['rouge_l pass', 'error_rate pass', 'cost pass']),
    );
    expect(evidence.verdict.decision).toBe('increase');
    const first = evidence.comparisons.find(({ metric }) => metric === 'latency.first_token');
    if (first === undefined || !('baseline' in first)) throw new Error('the first token was not timed');
    expect(first.baseline).toBeGreaterThanOrEqual(firstMs - 5);
    const cost = evidence.comparisons.find(({ metric }) => metric === 'cost');
    // Seven words of input at 3 and twelve of output at 15 a million.
    expect(cost).toMatchObject({ baseline: expect.closeTo((6 * 3 + 12 * 15) / 1e6, 4) });
    expect(refused).toBe(2);
  });

  it('is rolled back where its answers are cut short', async () => {
    const evidence = await evaluated('helper-bad');
    expect(evidence.guardrails[0]).toMatchObject({ metric: 'rouge_l', status: 'breach' });
    if (hasPython) expect(evidence.guardrails[1]).toMatchObject({ metric: 'score.coverage', status: 'breach' });
    expect(evidence.verdict.decision).toBe('rollback');
  });

  it('is refused by name where the server has no such model', async () => {
    await expect(evaluated('helper-9')).rejects.toThrow('its server has no model helper-9, only helper-1, helper-2');
  });
});
