import { describe, expect, test } from 'vitest';
import { murmur3Bucket } from '../../src/assignment/schemes/murmur3.ts';
import { evaluate } from '../../src/gate/evaluate/evaluate.ts';
import { hostScript } from '../models/fixtures/tiny-model.ts';
import { classifying, TestRollout } from '../fixtures/test-rollout.ts';

const draw = (what: string, id: string) => murmur3Bucket(what, id);

/** A program that answers `b` to every request whose number a divisor divides, and `a` to the others. */
function program(answer: string): string {
  return `import { createInterface } from 'node:readline';
for await (const line of createInterface({ input: process.stdin })) {
  const { id, input } = JSON.parse(line);
  console.log(JSON.stringify({ id, prediction: ${answer} ? 'b' : 'a' }));
}`;
}

const answers = { '1.0.0': (x: number) => x % 10 === 0, '1.1.0': (x: number) => x % 10 === 0 || x % 20 === 1 };

interface Log {
  readonly users?: number;
  /** Share of the differing requests of the candidate that get lost. */
  readonly lost?: number;
  readonly withInput?: boolean;
  /** What a user spends less after an answer of the candidate that differs. */
  readonly harm?: number;
}

function records({ users = 900, lost = 0, withInput = true, harm = 0 }: Log) {
  return Array.from({ length: users * 2 }, (_, index) => {
    const user = `u${index >> 1}`;
    const isCanary = draw('router', user) < 0.5;
    const version = isCanary ? '1.1.0' : '1.0.0';
    const x = Math.floor(1000 * draw('x', `r${index}`));
    const differs = answers['1.0.0'](x) !== answers['1.1.0'](x);
    const spent = 10 * draw('worth', user) + 5 * draw('revenue', `r${index}`);
    return {
      request_id: `r${index}`,
      timestamp: new Date(Date.UTC(2026, 10, 1) + index * 60_000).toISOString(),
      user_id: user,
      served_by: version,
      prediction: answers[version](x) ? 'b' : 'a',
      ...(withInput ? { input: { x } } : {}),
      revenue: spent - (differs && isCanary ? harm : 0),
      isLost: differs && isCanary && draw('lost', `r${index}`) < lost,
    };
  }).filter(({ isLost }) => !isLost);
}

const artifact = (file: string) => ({ artifact: { runtime: 'command' as const, command: ['node', file] } });

/** @param candidate what the candidate's program answers `b` to, where it is not what it served */
async function evaluated(
  log: Log,
  candidate = 'input.x % 10 === 0 || input.x % 20 === 1',
  guard = 'trigger: answers-differ, carryOver: none',
) {
  const rollout = new TestRollout({
    plan: {
      requests: '{ source: log.jsonl, fields: { servedBy: served_by } }',
      stages: '[{ name: canary-50, weight: 50% }, { name: full, weight: 1 }]',
      guardrails: [
        `{ metric: kpi.revenue, maxDecrease: 0.3, ${guard} }`,
        '{ metric: kpi.revenue, maxDecrease: 0.3, onBreach: hold }',
        '{ metric: error_rate, max: 50% }',
      ],
    },
    version: classifying(['a', 'b']),
    versions: { '1.0.0': artifact('old.mjs'), '1.1.0': artifact('new.mjs') },
    files: {
      'log.jsonl': records(log),
      'registry/old.mjs': program('input.x % 10 === 0'),
      'registry/new.mjs': program(candidate),
    },
  });
  const { evidence } = await evaluate({ ...rollout.world, modelHost: hostScript }, 'plan.yaml', {});
  const { guardrails } = evidence;
  const [triggered, whole] = guardrails;
  if (triggered === undefined || whole === undefined) throw new Error('both are judged');
  return { triggered, whole };
}

describe('a business metric that is compared where answers differ', () => {
  test('is told over all requests, with a fraction of the uncertainty', async () => {
    const { triggered, whole } = await evaluated({});
    expect(triggered.metric).toBe('kpi.revenue where answers differ');
    expect(triggered.status).toBe('pass');
    expect(whole.status).toBe('inconclusive');
    const width = ({ low = 0, high = 0 }: typeof whole) => high - low;
    expect(width(triggered)).toBeLessThan(0.4 * width(whole));
  });

  test('from the first difference on needs no promise, and more data', async () => {
    const { triggered, whole } = await evaluated({}, undefined, 'trigger: answers-differ');
    expect(triggered.metric).toBe('kpi.revenue from the first differing answer on');
    expect((triggered.high ?? 0) - (triggered.low ?? 0)).toBeLessThan(0.5 * ((whole.high ?? 0) - (whole.low ?? 0)));
  });

  test('shows a harm where it is', async () => {
    const { triggered, whole } = await evaluated({ harm: 20 });
    expect(triggered.status).toBe('breach');
    expect(Math.abs((triggered.value ?? 0) - (whole.value ?? 0))).toBeLessThan(0.5);
  });

  test('is none where the candidate only loses requests', async () => {
    const { triggered } = await evaluated({ lost: 0.5 });
    expect(triggered.status).not.toBe('breach');
    expect(Math.abs(triggered.value ?? 1)).toBeLessThan(0.1);
  });
});

describe('it is refused, and the reason says which condition failed', () => {
  test('by a log without inputs', async () => {
    const { triggered, whole } = await evaluated({ withInput: false });
    expect(triggered.status).toBe('uncomputable');
    expect(triggered.reason).toContain('1,800 requests of 1,800 in the log have no input');
    expect(whole.status).toBe('inconclusive');
  });

  test('by a model that answers otherwise than it served', async () => {
    const { triggered } = await evaluated({}, 'input.x % 10 === 3');
    expect(triggered.reason).toContain('1.1.0 answers otherwise than it served: its replay gives the served answer on');
  });

  test('by a model that draws its answers', async () => {
    const { triggered } = await evaluated({}, 'Math.random() < 0.5');
    expect(triggered.reason).toContain('1.1.0 draws its answers: asked again,');
  });
});
