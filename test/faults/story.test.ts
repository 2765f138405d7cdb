import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { temporaryFolder } from '../cli/harness.ts';
import { isStoryPlayable, type Site, startSite } from '../story/site.ts';
import { killedStory } from './story-kills.ts';

describe.skipIf(!isStoryPlayable)(
  'a watch that is killed among its servers (skipped where one is not installed)',
  () => {
    let site: Site;
    beforeAll(async () => void (site = await startSite(temporaryFolder(afterAll), false)), 600_000);
    afterAll(() => site?.stop());

    test.each([1001, 1002, 1003])('goes on where it was (seed %i)', async (seed) => {
      expect(await killedStory(site, seed)).toMatchObject({ seed, kills: expect.any(Number) });
    });
  },
);
