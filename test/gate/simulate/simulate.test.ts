import { describe, expect, test } from 'vitest';
import { simulate } from '../../../src/gate/simulate/simulate.ts';
import { selftest } from '../../../src/gate/simulate/selftest.ts';
import { isProven } from '../../../src/report/commands/selftest-text.ts';
import { seededRecords, simulatedFolder, type SimulatedLogOptions } from '../../simulation/simulated-folder.ts';

const guardrails = [
  '{ metric: latency.p90, maxIncrease: 20% }',
  '{ metric: error_rate, maxIncrease: 4pp }',
  '{ metric: accuracy, maxDecrease: 4pp }',
];
const options = { effects: [], runs: 40, looks: 10, seed: 1 };

function plan(log: Partial<SimulatedLogOptions> = {}, wanted = guardrails, stages?: string) {
  const records = seededRecords({ requests: 4000, users: 800, ...log });
  return simulatedFolder(records, wanted, stages === undefined ? {} : { stages }).world;
}

describe('simulated rollouts', () => {
  test('of a candidate that does not differ are rolled back in few cases, and harm nobody', async () => {
    const review = await simulate(plan(), 'plan.yaml', options);
    // Of 40 at most 5% on average; 6 would be a chance of one in a hundred.
    expect(review.outcomes.rollback.count).toBeLessThan(6);
    expect(review.harmedUsers).toEqual({ median: 0, p90: 0, max: 0 });
    expect(review.stages.map(({ name }) => name)).toEqual(['shadow', 'canary-10', 'full']);
  });

  test('of a candidate that is far worse end before anybody gets it', async () => {
    const review = await simulate(plan(), 'plan.yaml', { ...options, effects: ['accuracy=-20pp'] });
    expect(review.outcomes.rollback.share).toBe(1);
    expect(review.stages[0]?.rollback.share).toBe(1);
    expect(review.exposedRequests.max).toBe(0);
    expect(review.effects[0]?.to).toBeCloseTo((review.effects[0]?.from ?? 0) - 0.2, 10);
  });

  test('count who was harmed where there is no shadow stage', async () => {
    const stages = '[{ name: canary-10, weight: 10% }, { name: half, weight: 50% }, { name: full, weight: 1 }]';
    const loose = ['{ metric: accuracy, maxDecrease: 60pp }', '{ metric: error_rate, maxIncrease: 90pp }'];
    const review = await simulate(plan({}, loose, stages), 'plan.yaml', { ...options, effects: ['accuracy=-20pp'] });
    expect(review.outcomes.increase.share).toBeGreaterThan(0.8);
    expect(review.exposedUsers.median).toBeGreaterThan(20);
    expect(review.harmedUsers.median).toBeGreaterThan(0);
    expect(review.harmedUsers.median).toBeLessThan(review.exposedUsers.median);
  });

  test('are the same for the same seed, and others for another', async () => {
    const world = plan();
    const run = async (seed: number) =>
      JSON.stringify(await simulate(world, 'plan.yaml', { ...options, runs: 10, seed, effects: ['accuracy=-6pp'] }));
    const first = await run(1);
    expect(await run(1)).toBe(first);
    expect(await run(2)).not.toBe(first);
  });

  test('of a live split have no shadow stage', async () => {
    const review = await simulate(plan({ outcomes: 'served' }), 'plan.yaml', { ...options, runs: 5 });
    expect(review.comparison).toBe('served');
    expect(review.stages.map(({ name }) => name)).toEqual(['canary-10', 'full']);
  });
});

describe('simulated rollouts whose bound is kept by the log as a whole', () => {
  const late = seededRecords({ requests: 4000, users: 800 }).map((record, index) => ({
    ...record,
    context: { locale: index < 2000 ? 'early' : 'late' },
  }));
  const options5 = { ...options, runs: 5, looks: 1, effects: ['accuracy[locale=late]=-36pp'] };
  const simulated = async (checks: string) => {
    const { world } = simulatedFolder(late, ['{ metric: accuracy, maxDecrease: 24pp }'], { plan: { checks } });
    return await simulate(world, 'plan.yaml', options5);
  };

  test('are held by the check stability where its second half breaks it', async () => {
    expect((await simulated('{ stability: hold }')).outcomes.hold.count).toBe(5);
    expect((await simulated('{ stability: warn }')).stages[0]?.increase.count).toBe(5);
  });
});

async function slower(days: number) {
  const latency = ['{ metric: latency.mean, cap: 200ms, maxIncrease: 20% }'];
  const effects = ['latency.mean=+150%'];
  return await simulate(plan({ days }, latency), 'plan.yaml', { ...options, runs: 5, looks: 1, effects });
}

describe('simulated rollouts of a version that is slower in a log of a few hours', () => {
  test('are not rolled back, since a slow hour may be all of it', async () => {
    expect((await slower(0.2)).outcomes).toMatchObject({ hold: { count: 5 }, rollback: { count: 0 } });
    expect((await slower(3)).outcomes.rollback.count).toBe(5);
  });
});

describe('an effect that cannot be', () => {
  test.each([
    ['recall(refund)=-2pp', 'recall(refund)=-2pp: no guardrail looks at recall(refund)'],
    ['acuracy=-2pp', 'did you mean accuracy?'],
    ['accuracy', 'accuracy is not an effect'],
    ['accuracy=-2', '-2 is not a change of this metric'],
    ['accuracy=lots', 'lots is not a change'],
    ['accuracy=0pp', '0pp changes nothing'],
    ['latency.p90=+5pp', '+5pp is not a change of this metric'],
    ['accuracy[city=Rome]=-2pp', 'city is not a segment of the plan'],
    ['accuracy=+50pp', 'in this log and can rise by at most'],
    ['error_rate=-5pp', 'in this log and can fall by at most'],
    ['latency.p90=-100%', 'nothing of it would be left'],
  ])('%s is told', async (effect, message) => {
    const failure: unknown = await simulate(plan(), 'plan.yaml', { ...options, effects: [effect] }).catch(
      (error: unknown) => error,
    );
    expect(failure).toMatchObject({ exitCode: 2, diagnostics: [expect.anything()] });
    expect(JSON.stringify(failure)).toContain(message);
  });

  test('twice on one metric is told, with everything else that is wrong', async () => {
    const effects = ['accuracy=-2pp', 'accuracy=-3pp', 'nothing=1'];
    await expect(simulate(plan(), 'plan.yaml', { ...options, effects })).rejects.toMatchObject({
      message: '2 effects cannot be planted',
    });
  });
});

describe('a self-test', () => {
  test('is passed by a plan that would catch each regression', async () => {
    const review = await selftest(plan(), 'plan.yaml', 1);
    expect(review.rows.map(({ metric, status, stage }) => [metric, status, stage])).toEqual([
      ['latency.p90', 'caught', 'shadow'],
      ['error_rate', 'caught', 'shadow'],
      ['accuracy', 'caught', 'shadow'],
    ]);
    expect(isProven(review)).toBe(true);
  });

  test('takes a hold for caught where the guardrail asks for one', async () => {
    const review = await selftest(plan({}, ['{ metric: accuracy, maxDecrease: 4pp, onBreach: hold }']), 'plan.yaml', 1);
    expect(review.rows).toMatchObject([{ status: 'caught', verdict: 'hold' }]);
  });

  test('names a guardrail that nothing can break', async () => {
    const review = await selftest(plan({}, ['{ metric: error_rate, max: 100% }']), 'plan.yaml', 1);
    expect(review.rows).toMatchObject([{ metric: 'error_rate', status: 'unseen', verdict: 'increase' }]);
    expect(isProven(review)).toBe(false);
  });

  test('says which other guardrail caught a regression', async () => {
    const review = await selftest(plan({}, [...guardrails, '{ metric: agreement, min: 0% }']), 'plan.yaml', 1);
    expect(review.rows.at(-1)).toMatchObject({ metric: 'agreement', status: 'caught', by: 'accuracy' });
  });

  test('does not take a hold for want of data for caught, and says what is missing', async () => {
    const review = await selftest(plan({ requests: 60, users: 20 }), 'plan.yaml', 1);
    const accuracy = review.rows.at(-1);
    expect(accuracy).toMatchObject({ status: 'undecided', verdict: 'hold' });
    expect(accuracy?.why).toContain('too little for an interval');
    expect(isProven(review)).toBe(false);
  });

  test('plants into each segment that a guardrail names', async () => {
    const wanted = ['{ metric: accuracy, maxDecrease: 4pp, segments: [locale] }'];
    const review = await selftest(plan({}, wanted), 'plan.yaml', 1);
    expect(review.rows.map(({ segment }) => segment)).toEqual([
      null,
      { locale: 'en-US' },
      { locale: 'fr-FR' },
      { locale: 'de-DE' },
    ]);
    expect(review.caught).toBe(4);
  });

  test('plants into metrics that the database puts in order', async () => {
    const wanted = ['auc', 'pr_auc', 'recall_at_alerts(10%)'].map((name) => `{ metric: ${name}, maxDecrease: 5pp }`);
    const labels = ['ham', 'spam'];
    const records = seededRecords({ requests: 4000, users: 800, labels });
    const { world } = simulatedFolder(records, wanted, { output: { kind: 'classification', labels } });
    const review = await selftest(world, 'plan.yaml', 1);
    expect(review.rows.map(({ metric, status }) => [metric, status])).toEqual([
      ['auc', 'caught'],
      ['pr_auc', 'caught'],
      ['recall_at_alerts(10%)', 'caught'],
    ]);
  });
});
