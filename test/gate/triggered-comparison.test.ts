import { describe, expect, test } from 'vitest';
import { evaluate } from '../../src/gate/evaluate/evaluate.ts';
import { type TriggeredLog, triggeredRollout } from './triggered-log.ts';

/** @param candidate what the candidate's program answers `b` to, where it is not what it served */
async function evaluated(log: TriggeredLog, candidate?: string, guard = 'trigger: answers-differ, carryOver: none') {
  const guardrails = [
    `{ metric: kpi.revenue, maxDecrease: 0.3, ${guard} }`,
    '{ metric: kpi.revenue, maxDecrease: 0.3, onBreach: hold }',
    '{ metric: error_rate, max: 50% }',
  ];
  const { world } = triggeredRollout(log, guardrails, candidate);
  const { evidence } = await evaluate(world, 'plan.yaml', {});
  const [triggered, whole] = evidence.guardrails;
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

  test('tells the data that decide in requests of the log', async () => {
    const { triggered } = await evaluated({ users: 400 });
    expect(triggered.status).toBe('inconclusive');
    expect(triggered.needed.requests).toBeGreaterThan(400);
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
    expect(triggered.reason).toContain('1.1.0 does not answer as it served: its replay gives the served answer on');
  });

  test('by a model that draws its answers', async () => {
    const { triggered } = await evaluated({}, 'Math.random() < 0.5');
    expect(triggered.reason).toContain('1.1.0 answers at random: asked again, ');
  });
});
