import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { temporaryFolder } from '../cli/harness.ts';
import { isStoryPlayable, type Site, startSite } from '../story/site.ts';
import { killedStory } from './story-kills.ts';

const page = 'docs/kills.csv';
const heading = 'seed,ending,kills,commit';
const commit = spawnSync('git', ['rev-parse', '--short=12', 'HEAD'], { encoding: 'utf8' }).stdout.trim();
/** `STORY_RUNS=3 STORY_SEED=101` for others. */
const [runs, first] = [Number(process.env['STORY_RUNS'] ?? 100), Number(process.env['STORY_SEED'] ?? 1)];

describe.skipIf(!isStoryPlayable)('a watch that is killed among its servers', () => {
  let site: Site;
  beforeAll(async () => void (site = await startSite(temporaryFolder(afterAll), false)), 600_000);
  afterAll(() => site?.stop());

  test.each(Array.from({ length: runs }, (_, index) => first + index))('seed %i', async (seed) => {
    const { ending, kills } = await killedStory(site, seed);
    const others = (existsSync(page) ? readFileSync(page, 'utf8') : heading)
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith(`${seed},`));
    writeFileSync(page, `${[...others, [seed, ending, kills, commit].join(',')].join('\n')}\n`);
    expect(kills).toBeGreaterThan(0);
  });
});
