import { describe, expect, test } from 'vitest';
import { evaluate } from '../../src/gate/evaluate/evaluate.ts';
import { reviewPlan } from '../../src/gate/review/review-plan.ts';
import { selftest } from '../../src/gate/simulate/selftest.ts';
import { simulate } from '../../src/gate/simulate/simulate.ts';
import { casesOf, runsOf } from '../fixtures/tiers.ts';
import { type TriggeredLog, triggeredRollout } from './triggered-log.ts';

const errors = '{ metric: error_rate, max: 50% }';
const guard = (bound: string, trigger = 'trigger: answers-differ, carryOver: none') =>
  `{ metric: kpi.revenue, maxDecrease: ${bound}, ${trigger} }`;

const runs = runsOf(40, 10);

async function simulated(effects: readonly string[], guardrail: string, log: TriggeredLog = {}, looks = 2) {
  const { world } = triggeredRollout(log, [guardrail, errors]);
  return await simulate(world, 'plan.yaml', { effects, runs, looks, seed: 1 });
}

describe('simulated rollouts of a guardrail with a trigger', () => {
  test.for(casesOf(['trigger: answers-differ, carryOver: none', 'trigger: answers-differ'], 2))(
    'pass a candidate that does not differ: %s',
    async (trigger) => {
      const { outcomes, stages } = await simulated([], guard('0.5', trigger));
      expect(outcomes.rollback.count).toBe(0);
      expect(stages[0]?.increase.count).toBeGreaterThan(0.7 * runs);
    },
  );

  test('catch what is planted where the answers differ, at the size that the whole loses', async () => {
    const { outcomes, effects } = await simulated(['kpi.revenue=-4%'], guard('0.1'));
    expect(outcomes.rollback.count).toBeGreaterThan(0.7 * runs);
    const [effect] = effects;
    expect((effect?.to ?? 0) / (effect?.from ?? 1)).toBeCloseTo(0.96, 9);
  });

  test('refuse an effect for which the differing answers have no room', async () => {
    await expect(simulated(['kpi.revenue=-50%'], guard('0.3'))).rejects.toMatchObject({
      diagnostics: [
        { message: expect.stringMatching(/kpi\.revenue.* is 7\.\d+ in this log and can fall by at most 0\.\d+$/u) },
      ],
    });
  });

  test('refuse an effect where nobody can tell on which requests the answers differ', async () => {
    await expect(simulated(['kpi.revenue=-1%'], guard('0.3'), { withInput: false })).rejects.toMatchObject({
      diagnostics: [{ message: expect.stringContaining('have no input') }],
    });
  });

  test('count the users of differing answers alone as harmed', async () => {
    const { harmedUsers, exposedUsers } = await simulated(['kpi.revenue=-1%'], guard('1'), {}, 6);
    expect(harmedUsers.max).toBeGreaterThan(0);
    expect(harmedUsers.max).toBeLessThan(0.2 * exposedUsers.max);
  });
});

describe('a selftest of a guardrail with a trigger', () => {
  test('catches a gross regression of the differing answers', async () => {
    const { world } = triggeredRollout({}, [guard('0.02'), errors]);
    const { rows, falseAlarm } = await selftest(world, 'plan.yaml', 1);
    expect(falseAlarm).toBeNull();
    expect(rows[0]).toMatchObject({ metric: 'kpi.revenue where answers differ', status: 'caught' });
  });

  test('finds a bound that nothing in the differing answers can break', async () => {
    const { world } = triggeredRollout({}, [guard('3'), errors]);
    const { rows } = await selftest(world, 'plan.yaml', 1);
    expect(rows[0]).toMatchObject({ metric: 'kpi.revenue where answers differ', status: 'unseen' });
  });
});

describe('a plan with a trigger', () => {
  test('tells what data decide once an evaluation replayed the versions', async () => {
    const { world } = triggeredRollout({}, [guard('0.3'), '{ metric: kpi.revenue, maxDecrease: 0.3 }', errors]);
    const before = await reviewPlan(world, 'plan.yaml');
    expect(before.review.guardrails[0]?.detectable).toBe('known once the stage has been evaluated');
    expect(before.warnings.map(({ message }) => message).join()).not.toContain('where answers differ');
    await evaluate(world, 'plan.yaml', {});
    const { review } = await reviewPlan(world, 'plan.yaml');
    const [triggered, whole] = review.guardrails.map(({ detectable }) => detectable);
    expect(needed(triggered)).toBeGreaterThan(100);
    expect(needed(triggered)).toBeLessThan(0.2 * needed(whole));
  });

  test('warns of a log that can never tell where the answers differ', async () => {
    const { world } = triggeredRollout({ withInput: false }, [guard('0.3'), errors]);
    const { warnings } = await reviewPlan(world, 'plan.yaml');
    expect(warnings.find(({ rule }) => rule === 'decidable-guardrails')?.message).toContain('have no input');
  });
});

function needed(detectable: unknown): number {
  const [first] = Array.isArray(detectable) ? detectable : [];
  return first?.requestsByMethod?.sequential ?? Number.NaN;
}
