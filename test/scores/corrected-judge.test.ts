import { describe, expect, it } from 'vitest';
import { TestRollout } from '../fixtures/test-rollout.ts';
import { seeded, textOutput } from './logged-scores.ts';

/** What people would say of the candidate against the baseline, and what the judge adds for the candidate's style. */
const [truth, bias] = [-0.05, 0.09];

/** A judge's scores of both versions on every request, and people's on a third of them. */
function judged(seed: number): readonly object[] {
  const random = seeded(seed);
  return Array.from({ length: 1200 }, (_, index) => {
    const [base, isSeen] = [0.4 + 0.3 * random(), random() < 1 / 3];
    const outcome = (text: string, shift: number, favour: number) => {
      const human = base + shift + 0.1 * (random() - 0.5);
      const scores = { judge: human + favour + 0.1 * (random() - 0.5), ...(isSeen ? { human } : {}) };
      return { prediction: { text: `${text} ${index}` }, scores };
    };
    return {
      request_id: `r${index}`,
      timestamp: new Date(Date.UTC(2026, 10, 1) + index * 60_000).toISOString(),
      user_id: `u${index}`,
      input: 'x',
      outcomes: { '1.0.0': outcome('a', 0, 0), '1.1.0': outcome('b', truth, bias) },
    };
  });
}

async function evaluated(seed: number, corrected: boolean) {
  const more = corrected ? ', corrected: true' : '';
  const rollout = new TestRollout({
    plan: {
      scores: `{ judge: { from: log, range: [0, 1], better: higher, truth: human${more} } }`,
      statistics: '{ inference: fixed }',
      guardrails: [
        '{ metric: score.judge, maxDecrease: 2pp }',
        '{ metric: error_rate, maxIncrease: 50pp, onBreach: report }',
      ],
    },
    version: textOutput,
    files: { 'log.jsonl': judged(seed) },
  });
  const evidence = await rollout.evaluate();
  const found = evidence.comparisons.find(({ metric }) => metric === 'score.judge');
  if (found === undefined || !('delta' in found)) throw new Error('no comparison');
  const { low = Number.NaN, high = Number.NaN } = found;
  return { evidence, covers: low <= truth && truth <= high };
}

describe('a judge that favours the candidate', () => {
  const seeds = [3, 14, 15, 92, 65, 35, 89, 79];

  it('misleads the plain interval every time, and the corrected one at most once in eight', async () => {
    const plain = await Promise.all(seeds.slice(0, 3).map((seed) => evaluated(seed, false)));
    expect(plain.map(({ covers }) => covers)).toEqual([false, false, false]);
    let covered = 0;
    for (const seed of seeds) if ((await evaluated(seed, true)).covers) covered += 1;
    expect(covered).toBeGreaterThanOrEqual(seeds.length - 1);
  });

  it('turns the verdict, and is told how far it is off', async () => {
    const plain = await evaluated(3, false);
    expect(plain.evidence.guardrails[0]).toMatchObject({ status: 'pass' });
    expect(plain.evidence.checks.find(({ name }) => name === 'scores')?.detail).toMatch(
      /judge: the judge is 0\.04\d* above people on average over [67]\d\d answers, correlation 0\.\d\d/u,
    );
    expect((await evaluated(3, true)).evidence.guardrails[0]?.status).not.toBe('pass');
  });
});
