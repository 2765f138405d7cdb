import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runInstalled, temporaryFolder } from '../cli/harness.ts';
import { isStoryPlayable, type Site, startSite } from './site.ts';
import { StoryRollout } from './story-rollout.ts';
import { endings, expectWalked, watchArgs } from './walked.ts';

describe.skipIf(!isStoryPlayable)('the whole story (skipped where a program of it is not installed)', () => {
  let site: Site;
  beforeAll(async () => void (site = await startSite(temporaryFolder(afterAll), true)));
  afterAll(() => site?.stop());

  test.each(['bad', 'good'] as const)(
    'canary watch walks a %s candidate from 1% through nginx, by a log in S3 and by Prometheus, to where it belongs, and tells MLflow and a webhook',
    async (name) => {
      const { candidate, code } = endings[name];
      const rollout = await StoryRollout.begin(site, { name, candidate, first: '1%' });
      try {
        const { folder: cwd, env } = rollout;
        const watched = await runInstalled([...watchArgs, '--max-hold', '8m'], { cwd, env });
        expect({ ...watched, stderr: '' }).toEqual({ exitCode: code, stdout: expect.any(String), stderr: '' });
        await expectWalked(rollout, endings[name]);
        expect(rollout.secretsIn([watched.stdout, watched.stderr])).toEqual([]);
      } finally {
        await rollout.end();
      }
    },
  );
});
