import { Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { createProgress } from '../../src/cli/progress.ts';
import { run } from './harness.ts';
import { starter } from './starter.ts';

test('long work in a pipe says that it goes on, on standard error alone', async () => {
  const folder = await starter();
  const quiet = await run(['evaluate', 'rollout.yaml'], { cwd: folder });
  const told = await run(['evaluate', 'rollout.yaml'], { cwd: folder, tellEveryMs: 1 });
  expect(told.stderr).toMatch(/^(?:working for \d+ s(?:, .+: [\d,]+ of [\d,]+)*\n)+$/u);
  expect(told.exitCode).toBe(quiet.exitCode);
  expect(quiet.stderr).toBe('');
});

test('a line tells how far each piece of work is that is not done yet', async () => {
  const line = await new Promise<string>((resolve) => {
    const stderr = new Writable({
      write(chunk, _encoding, done) {
        progress.finish();
        resolve(String(chunk));
        done();
      },
    });
    const progress = createProgress(stderr, {}, 1);
    progress.begin();
    progress.report('replaying 1.4.2', 500, 500);
    progress.report('replaying 1.5.0', 3_200, 5_000);
  });
  expect(line).toMatch(/^working for \d+ s, replaying 1\.5\.0: 3,200 of 5,000\n$/u);
});
