import type { Frozen } from '../../../src/domain/registry.ts';
import { Random } from '../random.ts';
import { addPair, noPairs, type PairCounts, pairsMeasurer } from './counted-pairs.ts';
import { type GateLook, lookAt } from './gate-look.ts';
import { planOf } from '../../fixtures/plain-plan.ts';

/** Pairs of as many users every day, on whom the candidate loses what it does on that day, from 1; allowed is 1 pp. */
export interface ChangingLog {
  readonly days: number;
  readonly usersADay: number;
  readonly loss: (day: number) => number;
  /** Alpha of the check: its default where absent. */
  readonly alpha?: number;
}

/** Looks at the log after so many days, one after the other, through the gate. @returns what the check `stability` said each time, where something passed. */
export async function stabilityOf(log: ChangingLog, lookDays: readonly number[], seed: number): Promise<string[]> {
  const counts = drawDays(log, seed);
  const plan = planOf([
    'requests: { source: log.jsonl }',
    'stages: [{ name: shadow, weight: 0 }, { name: full, weight: 1 }]',
    'guardrails: [{ metric: accuracy, maxDecrease: 1pp }]',
    ...(log.alpha === undefined ? [] : [`checks: { stability: { alpha: ${log.alpha} } }`]),
  ]);
  const said: string[] = [];
  let frozen: Frozen | undefined;
  for (const day of lookDays) {
    const judged = await lookAt(plan, lookOn(counts, day), frozen);
    frozen = judged.frozen;
    const check = judged.checks.find(({ name }) => name === 'stability');
    if (check !== undefined && check.status !== 'not-applicable') said.push(check.status);
  }
  return said;
}

/** The pairs so far after each day, from none. */
function drawDays({ days, usersADay, loss }: ChangingLog, seed: number): readonly PairCounts[] {
  const random = new Random(seed);
  const counts = [noPairs()];
  for (let day = 1; day <= days; day += 1) {
    const now = { ...(counts[day - 1] ?? noPairs()) };
    for (let user = 0; user < usersADay; user += 1) addPair(random, now, loss(day));
    counts.push(now);
  }
  return counts;
}

function lookOn(counts: readonly PairCounts[], day: number): GateLook {
  const all = between(counts, 0, day);
  return {
    days: day,
    comparison: 'paired',
    units: all.users,
    requests: all.users,
    measurer: pairsMeasurer(() => all),
    later: [['the second half', day / 2] as const, ...(day < 2 ? [] : [['the last day', day - 1] as const])].map(
      ([name, from]) => {
        const part = between(counts, Math.ceil(from), day);
        return { name, measurer: async () => pairsMeasurer(() => part) };
      },
    ),
    tells: true,
  };
}

function between(counts: readonly PairCounts[], from: number, to: number): PairCounts {
  const [all, before] = [counts[to] ?? noPairs(), counts[from] ?? noPairs()];
  return { users: all.users - before.users, lost: all.lost - before.lost, gained: all.gained - before.gained };
}
