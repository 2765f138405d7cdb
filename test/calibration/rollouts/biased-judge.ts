import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase } from '../../../src/database/database.ts';
import { guardedMetrics } from '../../../src/domain/judged.ts';
import { TableMeasurer } from '../../../src/metrics/measurer.ts';
import { correctScore } from '../../../src/metrics/table/scored-answers.ts';
import { interval } from '../../../src/stats/bounds/confidence-bound.ts';
import { planOf } from '../../fixtures/plain-plan.ts';

/** What people would say of the candidate against the baseline, and what the judge adds to the candidate's answers. */
const [truth, favour] = [-0.05, 0.09];
const users = 1200;

/**
 * Scores of a judge who favours the candidate, and of people on a third of the answers, drawn by chance.
 * @returns whether the 95% interval of the judge's difference leaves out what people would say.
 */
export async function biasedJudgeMisses(corrected: boolean, seed: number): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), 'canary-judge-'));
  const db = await openDatabase({ tempFolder: folder, threads: 1 });
  try {
    await db.run(`CREATE TABLE judged AS SELECT *, ${judged('baseline', 0, 0)}, ${judged('candidate', truth, favour)} FROM (
      SELECT user::INTEGER AS unit_index, true AS in_canary, 0.4 + 0.3 * ${uniform(seed, 'base')} AS base, ${uniform(seed, 'seen')} < 1 / 3 AS seen,
        ${['baseline', 'candidate'].map((role) => `${uniform(seed, role)} AS ${role}_human_noise, ${uniform(seed, `${role} judge`)} AS ${role}_judge_noise`).join(', ')}
      FROM range(${users}) u(user))`);
    await correctScore(db, 'judged', {
      name: 'judge',
      from: 'outcome',
      correctedBy: { truth: 'human', range: [0, 1] },
    });
    const [metric] = guardedMetrics(corrected ? plans.corrected : plans.plain);
    if (metric === undefined) throw new Error('the plan has a guardrail');
    const measurer = await TableMeasurer.over({ db, name: 'judged' }, [metric]);
    const slice = { cohort: 'all', segment: null } as const;
    const found = await measurer.measure({ metric, comparison: 'paired', slice }, 'difference');
    if (found.kind !== 'linearized') throw new Error(`no difference: ${found.kind}`);
    const settings = { alphaLower: 0.025, alphaUpper: 0.025, inference: 'fixed', plannedUnits: users } as const;
    const bounds = interval(found, settings);
    if (bounds.kind === 'refused') throw new Error('no interval');
    return truth < bounds.low || truth > bounds.high;
  } finally {
    await db.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

const plans = { plain: planWith(''), corrected: planWith(', corrected: true') };

function planWith(more: string) {
  return planOf([
    'requests: { source: log.jsonl }',
    'stages: [{ name: shadow, weight: 0 }, { name: full, weight: 1 }]',
    `scores: { judge: { from: log, range: [0, 1], better: higher, truth: human${more} } }`,
    'guardrails: [{ metric: score.judge, maxDecrease: 2pp }]',
  ]);
}

function judged(role: string, shift: number, bias: number): string {
  const human = `base + ${shift} + 0.1 * (${role}_human_noise - 0.5)`;
  return `true AS ${role}_present, NULL::VARCHAR AS ${role}_error, NULL::VARCHAR AS ${role}_label, ${human} + ${bias} + 0.1 * (${role}_judge_noise - 0.5) AS "${role}_score:judge",
    CASE WHEN seen THEN ${human} END AS "${role}_score:human"`;
}

/** Numbers in [0, 1) of a user that are the same at every run. */
function uniform(seed: number, what: string): string {
  return `(hash('${seed} ${what} ' || user) / 18446744073709551615.0)`;
}
