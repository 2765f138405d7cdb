import { spawn, spawnSync } from 'node:child_process';
import { createWriteStream, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { join } from 'node:path';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { baseline, candidate, TestRollout, type RolloutParts } from '../fixtures/test-rollout.ts';
import { murmur3Bucket } from '../../src/assignment/schemes/murmur3.ts';

/** `npm run soak`: what a large log, plan or server costs, and whether the verdict is the one that was planted. */
const page = 'docs/loads.csv';
const heading = 'load,verdict,seconds,peakMegabytes,commit';
const commit = spawnSync('git', ['rev-parse', '--short=12', 'HEAD'], { encoding: 'utf8' }).stdout.trim();
const rows = new Map<string, string>();
beforeAll(() => {
  const earlier = existsSync(page) ? readFileSync(page, 'utf8').trim().split('\n').slice(1) : [];
  for (const row of earlier) rows.set(row.slice(0, row.indexOf(',')), row);
});

interface Measured {
  readonly verdict: string;
  readonly reasons: string;
}

/** Evaluates the shadow stage in a process of its own, and notes how long it took and the most memory that it had. */
async function evaluate(load: string, folder: string): Promise<Measured> {
  const started = performance.now();
  const child = spawn(process.execPath, ['bin/canary.js', 'evaluate', join(folder, 'plan.yaml'), '--format', 'json']);
  let printed = '';
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => void (printed += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => void (said += text));
  let peak = 0;
  const timer = setInterval(() => {
    const status = `/proc/${child.pid}/status`;
    const [, kilobytes] = existsSync(status) ? (/VmHWM:\s+(\d+)/u.exec(readFileSync(status, 'utf8')) ?? []) : [];
    peak = Math.max(peak, Number(kilobytes ?? 0) / 1000);
  }, 200);
  await once(child, 'close');
  clearInterval(timer);
  const seconds = Math.round((performance.now() - started) / 1000);
  if (printed === '') throw new Error(said);
  const { verdict } = JSON.parse(printed);
  rows.set(load, [load, verdict.decision, seconds, Math.round(peak), commit].join(','));
  writeFileSync(page, `${[heading, ...rows.values()].join('\n')}\n`);
  return { verdict: verdict.decision, reasons: verdict.reasons.join('; ') };
}

/** A rollout whose log is written record by record. */
async function rolloutOf(
  parts: RolloutParts,
  count: number,
  recordOf: (index: number) => object,
): Promise<TestRollout> {
  const rollout = new TestRollout(parts, onTestFinished);
  const file = createWriteStream(join(rollout.folder, 'log.jsonl'));
  for (let index = 0; index < count; index += 1)
    if (!file.write(`${JSON.stringify(recordOf(index))}\n`)) await once(file, 'drain');
  file.end();
  await once(file, 'close');
  return rollout;
}

const draw = (what: string, index: number) => murmur3Bucket(what, String(index));

/** Right nine times of ten, and the candidate otherwise in one answer of fifty; more wrong by `harm`, a share of its right answers. */
function pairOf(index: number, users: number, harm = 0) {
  const right = draw('right', index) < 0.9;
  const churned = draw('churn', index) < 0.02 ? draw('again', index) < 0.9 : right;
  const kept = churned && draw('harm', index) >= harm;
  return {
    request_id: `r${index}`,
    timestamp: 1_790_000_000 + Math.floor(index / 10),
    user_id: `u${index % users}`,
    label: 'a',
    outcomes: {
      [baseline]: { prediction: right ? 'a' : 'b', latency_ms: 20 + 40 * draw('slow', index) },
      [candidate]: { prediction: kept ? 'a' : 'b', latency_ms: 20 + 40 * draw('slower', index) },
    },
  };
}

const stages = '[{ name: shadow, weight: 0 }, { name: full, weight: 1 }]';
const replay = '{ latency: recorded }';

test('5,000,000 lines by 1,000,000 users', async () => {
  const plan = {
    stages,
    replay,
    guardrails: '[{ metric: accuracy, maxDecrease: 1pp }, { metric: error_rate, max: 1% }]',
  };
  const rollout = await rolloutOf({ plan }, 5_000_000, (index) => pairOf(index, 1_000_000));
  expect(await evaluate('5000000 lines by 1000000 users', rollout.folder)).toMatchObject({ verdict: 'increase' });
});

test('100 guardrails', async () => {
  const quantiles = Array.from(
    { length: 98 },
    (_, index) => `{ metric: latency.p${50 + index / 2}, maxIncrease: 20% }`,
  );
  const guardrails = ['{ metric: accuracy, maxDecrease: 1pp }', '{ metric: error_rate, max: 1% }', ...quantiles];
  const rollout = await rolloutOf({ plan: { stages, replay, guardrails } }, 200_000, (index) => pairOf(index, 50_000));
  expect(await evaluate('100 guardrails on 200000 lines', rollout.folder)).toMatchObject({ verdict: 'increase' });
});

test('500 segment dimensions, of which one segment is harmed', async () => {
  const names = Array.from({ length: 500 }, (_, index) => `d${index}`);
  const segments = names.map((name) => `${name}: context.${name}`).join(', ');
  const plan = {
    stages,
    replay,
    requests: `{ source: log.jsonl, segments: { ${segments} } }`,
    guardrails: '[{ metric: accuracy, maxDecrease: 5pp, segments: auto }]',
  };
  const rollout = await rolloutOf({ plan }, 20_000, (index) => {
    const context = Object.fromEntries(names.map((name) => [name, draw(name, index) < 0.1 ? 'few' : 'many']));
    return { ...pairOf(index, 10_000, context['d7'] === 'few' ? 0.4 : 0), context };
  });
  const found = await evaluate('500 segment dimensions of 20000 lines', rollout.folder);
  expect(found.verdict).toBe('rollback');
  expect(found.reasons).toContain('d7=few');
});

test('200,000 requests over HTTP, of which one in twenty fails', async () => {
  let asked = 0;
  const server = createServer((request, response) => {
    asked += 1;
    request.resume().once('end', () => {
      response.statusCode = request.url === '/candidate' && asked % 20 === 0 ? 500 : 200;
      response.end('{"p":[0.9,0.1]}');
    });
  });
  await new Promise<void>((listening) => void server.listen(0, '127.0.0.1', () => listening()));
  onTestFinished(() => void server.close());
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const versionAt = (path: string) => ({
    artifact: {
      runtime: 'http' as const,
      protocol: 'json' as const,
      url: `http://127.0.0.1:${port}/${path}`,
      body: { x: '{{input}}' },
      answer: { scores: 'p' },
    },
    signature: {
      input: { kind: 'record' as const, fields: { x: 'number' as const } },
      output: { kind: 'classification' as const, labels: ['a', 'b'] },
    },
  });
  const rollout = await rolloutOf(
    {
      plan: {
        stages,
        replay: '{ concurrency: 32, latencyRequests: 300, pairs: 3 }',
        guardrails: '[{ metric: error_rate, maxIncrease: 1pp }, { metric: accuracy, maxDecrease: 10pp }]',
      },
      versions: { [baseline]: versionAt('baseline'), [candidate]: versionAt('candidate') },
    },
    100_000,
    (index) => {
      const { outcomes: _none, ...record } = pairOf(index, 50_000);
      return { ...record, input: { x: index } };
    },
  );
  expect(await evaluate('200000 requests over HTTP with 5% faults', rollout.folder)).toMatchObject({
    verdict: 'rollback',
  });
  expect(asked).toBeGreaterThan(200_000);
});
