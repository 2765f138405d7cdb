import { expect, onTestFinished, test } from 'vitest';
import { isWhole } from '../fixtures/tiers.ts';
import { campaign, isKill } from './campaign.ts';
import { commands } from './commands.ts';
import { cannotInject } from './injected.ts';

/** A sample of what `npm run soak` tries in full, the same in each run of CI; `FAULT_SEED=N` tries another. */
const seed = Number(process.env['FAULT_SEED'] ?? 18);
const isAsked = isWhole || process.env['FAULT_SEED'] !== undefined;

const reports: ReadonlySet<string> = new Set(['evaluate again, with reports']);

test.skipIf(cannotInject !== undefined || !isAsked).each(Object.keys(commands))(
  `kills, full and broken disks and wrong clocks lose nothing and let nothing through: %s (seed ${seed})`,
  async (name) => {
    const command = await commands[name]?.(onTestFinished);
    if (command === undefined) throw new Error(`no command ${name}`);
    // A report that cannot be written exits 5 beside evidence that is new and whole, which the harness takes for a change.
    const tallies = await campaign(
      command,
      seed,
      { laterKills: 2, every: 12 },
      (fault) => isKill(fault) || !reports.has(name),
    );
    expect(tallies.flatMap(({ problems }) => problems)).toEqual([]);
    expect(tallies.reduce((sum, { trials }) => sum + trials, 0)).toBeGreaterThan(3);
  },
);
