import { setTimeout as wait } from 'node:timers/promises';
import { expect } from 'vitest';
import { murmur3Bucket } from '../../src/assignment/schemes/murmur3.ts';
import { type Run, run, runInstalled } from '../cli/harness.ts';
import type { Site } from '../story/site.ts';
import { StoryRollout } from '../story/story-rollout.ts';
import { endings, expectWalked, watchArgs } from '../story/walked.ts';

/** Kills before a watch is left alone. */
const mostKills = 2;
const latestMs = 12_000;
const soonMs = 1200;

export interface KilledStory {
  readonly seed: number;
  readonly ending: keyof typeof endings;
  readonly kills: number;
}

/** A rollout whose watch is killed, with all that it started, at moments that the seed decides, and started again each time. @throws Error where something was lost or done twice */
export async function killedStory(site: Site, seed: number): Promise<KilledStory> {
  const ending = seed % 2 === 0 ? 'good' : 'bad';
  const { candidate, code } = endings[ending];
  const rollout = await StoryRollout.begin(site, { name: `killed-${seed}`, candidate, first: '5%' });
  const { folder, env } = rollout;
  let kills = 0;
  try {
    for (;;) {
      const onStart = (pid: number) => (kills < mostKills ? void kill(pid, rollout, `${seed} ${kills}`) : undefined);
      const watched: Run = await runInstalled([...watchArgs, '--max-hold', '10m'], { cwd: folder, env, onStart });
      if (watched.exitCode === null) kills += 1;
      const verified = await run(['registry', 'verify', 'registry'], { cwd: folder });
      expect(verified).toMatchObject({ exitCode: 0 });
      if (watched.exitCode === null) continue;
      expect({ ...watched, stderr: '' }).toEqual({ exitCode: code, stdout: expect.any(String), stderr: '' });
      await expectWalked(rollout, endings[ending]);
      return { seed, ending, kills };
    }
  } finally {
    await rollout.end();
  }
}

/** Kills a watch at any moment, or, as often, soon after it has moved the rollout, when it applies, mirrors and tells. */
async function kill(pid: number, rollout: StoryRollout, name: string): Promise<void> {
  const when = murmur3Bucket('when', name);
  const { revision } = rollout.registry;
  if (murmur3Bucket('what', name) < 0.5) {
    while (rollout.registry.revision === revision && isRunning(pid)) await wait(5);
    await wait(soonMs * when);
  } else await wait(latestMs * when);
  if (isRunning(pid)) process.kill(-pid, 'SIGKILL');
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(-pid, 0);
  } catch {
    return false;
  }
}
