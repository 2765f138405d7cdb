import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import { campaign, isKill } from './campaign.ts';
import { commands } from './commands.ts';
import { cannotInject } from './injected.ts';
import { heading, lineOf, mergeLines } from './rows.ts';

/** `npm run soak`: every write of every command, and kills at moments that this number decides. */
const seed = Number(process.env['FAULT_SEED'] ?? 18);
const page = 'docs/reliability.csv';
const commit = spawnSync('git', ['rev-parse', '--short=12', 'HEAD'], { encoding: 'utf8' }).stdout.trim();

/** More for replays, in which there are fewer writes than things that go on. */
const laterKills = { replays: 70, others: 45 };

const runs = [true, false].flatMap((kills) => Object.keys(commands).map((name) => ({ kills, name })));

test.skipIf(cannotInject !== undefined).each(runs)('$name, kills: $kills', async ({ kills, name }) => {
  const command = await commands[name]?.(onTestFinished);
  if (command === undefined) throw new Error(`no command ${name}`);
  const size = { every: 1, laterKills: command.replays ? laterKills.replays : laterKills.others };
  const tallies = await campaign(command, seed, size, (fault) => isKill(fault) === kills);
  const earlier = existsSync(page) ? readFileSync(page, 'utf8').trim().split('\n').slice(1) : [];
  const lines = tallies.map((tally) => lineOf(tally, seed, commit));
  writeFileSync(page, `${[heading, ...mergeLines(earlier, lines)].join('\n')}\n`);
  expect(tallies.flatMap(({ problems }) => problems)).toEqual([]);
});
