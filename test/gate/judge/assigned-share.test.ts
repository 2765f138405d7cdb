import { describe, expect, test } from 'vitest';
import { candidate, TestRollout } from '../../fixtures/test-rollout.ts';

/** A flag of flagd that gives the candidate some percent. */
function flagOf(percent: number, targeting?: object): string {
  const fractional = [
    ['candidate', percent],
    ['baseline', 100 - percent],
  ];
  return JSON.stringify({ flags: { m: { state: 'ENABLED', targeting: targeting ?? { fractional } } } });
}

const record = (index: number) => ({
  request_id: `r${index}`,
  timestamp: new Date(Date.UTC(2026, 10, 1) + index * 60_000).toISOString(),
  user_id: `u${index}`,
  label: 'a',
  outcomes: { '1.0.0': { prediction: 'a' }, [candidate]: { prediction: 'a' } },
});

/** What the check says of a stage of 10%, before which nobody has the candidate. */
async function checkOf(flag: string, checks = '{}') {
  const rollout = new TestRollout({
    plan: {
      assignment: '{ scheme: flagd, flag: m, file: flag.json }',
      stages: '[{ name: tenth, weight: 10% }, { name: full, weight: 1 }]',
      checks,
    },
    files: { 'flag.json': flagOf(10), 'log.jsonl': Array.from({ length: 300 }, (_, index) => record(index)) },
  });
  rollout.plan({ assignment: '{ scheme: flagd, flag: m, total: 100, file: flag.json }' }).write('flag.json', flag);
  const { checks: results } = await rollout.evaluate();
  return results.find(({ name }) => name === 'assignment');
}

describe('the check assignment', () => {
  test('passes a flag that gives what the stage does', async () => {
    expect(await checkOf(flagOf(10))).toMatchObject({
      status: 'pass',
      detail: 'flag.json gives the candidate 10%, as stage tenth does',
    });
  });

  test('passes a flag that waits for the verdict', async () => {
    expect(await checkOf(flagOf(0))).toMatchObject({
      status: 'pass',
      detail: 'flag.json gives the candidate 0%, as the registry does',
    });
  });

  test('holds a flag that gives something else, with both numbers', async () => {
    expect(await checkOf(flagOf(20))).toMatchObject({
      status: 'hold',
      detail: 'flag.json gives the candidate 20%, and stage tenth 10% (the registry now 0%)',
    });
  });

  test('holds a flag with a rule before the percentage, unless the plan says warn', async () => {
    const fractional = [
      ['candidate', 10],
      ['baseline', 90],
    ];
    const flag = flagOf(10, { if: [{ var: 'beta' }, 'candidate', { fractional }] });
    const detail =
      'flag.json lets the if of its targeting decide before the percentage, so it exposes other users than those judged';
    expect(await checkOf(flag)).toMatchObject({ status: 'hold', detail });
    expect(await checkOf(flag, '{ assignment: warn }')).toMatchObject({ status: 'warn', detail });
  });
});
