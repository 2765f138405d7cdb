import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Database, openDatabase } from '../../../src/database/database.ts';
import { guardedMetrics } from '../../../src/domain/judged.ts';
import { roles } from '../../../src/domain/role.ts';
import { TableMeasurer } from '../../../src/metrics/measurer.ts';
import { averageRepeats } from '../../../src/scores/average-repeats.ts';
import { interval } from '../../../src/stats/bounds/confidence-bound.ts';
import { planOf } from '../../fixtures/plain-plan.ts';

/** The candidate is so much worse; a user meets more or less of it, by as much as `spread` either way. */
const [truth, spread] = [-0.02, 0.4];
const [users, requestsEach, repeats] = [300, 3, 4];
const looks = 10;

const plan = planOf([
  'requests: { source: log.jsonl }',
  'stages: [{ name: shadow, weight: 0 }, { name: full, weight: 1 }]',
  'scores: { good: { use: json_valid } }',
  'guardrails: [{ metric: score.good, maxDecrease: 2pp }]',
  `replay: { repeats: ${repeats} }`,
]);

/**
 * Versions that sample: each asking of a request is right or wrong by a chance that depends on the user alone.
 * @param counted as requests with the mean of their askings, by user, looked at while the log grows; or each asking as a user of its own, judged once
 * @returns whether the 95% interval leaves out what is true at any look.
 */
export async function repeatedAnswersMiss(counted: 'requests' | 'askings', seed: number): Promise<boolean> {
  const folder = mkdtempSync(join(tmpdir(), 'canary-repeats-'));
  const db = await openDatabase({ tempFolder: folder, threads: 1 });
  try {
    await drawAskings(db, seed);
    const [metric] = guardedMetrics(plan);
    if (metric?.family !== 'score' || metric.score === undefined) throw new Error('the plan guards a score');
    if (counted === 'requests') await averageRepeats(db, [metric.score], repeats);
    const perUser = counted === 'requests' ? requestsEach : 1;
    const ends =
      counted === 'requests' ? Array.from({ length: looks }, (_, look) => ((look + 1) * users) / looks) : [Infinity];
    for (const end of ends) {
      await db.run(`CREATE OR REPLACE TABLE judged AS SELECT *, (seq // ${perUser})::INTEGER AS unit_index, true AS in_canary, true AS "asked:good",
        ${roles.map((role) => `true AS ${role}_present, NULL::VARCHAR AS ${role}_error, NULL::VARCHAR AS ${role}_label`).join(', ')}
        FROM computed_scores WHERE seq // ${perUser} < ${end === Infinity ? 1e9 : end}`);
      const measurer = await TableMeasurer.over({ db, name: 'judged' }, [metric]);
      const slice = { cohort: 'all', segment: null } as const;
      const found = await measurer.measure({ metric, comparison: 'paired', slice }, 'difference');
      if (found.kind !== 'linearized') throw new Error(`no difference: ${found.kind}`);
      const inference = counted === 'requests' ? 'sequential' : 'fixed';
      const bounds = interval(found, { alphaLower: 0.025, alphaUpper: 0.025, inference, plannedUnits: users });
      if (bounds.kind === 'interval' && (truth < bounds.low || truth > bounds.high)) return true;
    }
    return false;
  } finally {
    await db.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The table `computed_scores` of every asking: 1 for a right answer and 0 for a wrong one. */
async function drawAskings(db: Database, seed: number): Promise<void> {
  const askings = requestsEach * repeats;
  const chance = {
    baseline: '0.5',
    candidate: `0.5 + ${truth} + ${spread} * (2 * ${uniform(seed, 'user', 'person')} - 1)`,
  };
  await db.run(`CREATE TABLE computed_scores AS SELECT seq, true AS baseline_answered, true AS candidate_answered, true AS "asked:good",
    ${roles.map((role) => `(${uniform(seed, role, 'seq')} < ${chance[role]})::INTEGER::DOUBLE AS "${role}_score:good"`).join(', ')}
    FROM (SELECT seq, seq // ${askings} AS person FROM range(${users * askings}) r(seq))`);
}

/** Numbers in [0, 1) that are the same at every run. */
function uniform(seed: number, what: string, of: string): string {
  return `(hash('${seed} ${what} ' || ${of}) / 18446744073709551615.0)`;
}
