import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import { HostTrials, hasBuckets } from './host-trials.ts';
import { canMakeHosts } from './hosts.ts';

/** `npm run soak`: rollouts on four hosts that fail, so many over a shared folder and as many over a server of S3; or those that are named, as `folder 13, bucket 14`. */
const runs = Number(process.env['HOST_RUNS'] ?? 100);
const named = process.env['HOST_NAMED'];
const firstSeed = Number(process.env['HOST_SEED'] ?? 1);
/** Hosts wait for each other most of the time, so that several rollouts go on at once. */
const lanes = 5;
const page = 'docs/hosts.csv';
const heading = 'store,seed,faults,refused,problems,seconds,commit';
const commit = spawnSync('git', ['rev-parse', '--short=12', 'HEAD'], { encoding: 'utf8' }).stdout.trim();

const stores = hasBuckets() ? (['folder', 'bucket'] as const) : (['folder'] as const);

test.runIf(canMakeHosts())('rollouts on four hosts that fail (skipped where they cannot be made)', async () => {
  const trials = await HostTrials.open();
  onTestFinished(() => trials.close(), 120_000);
  if (hasBuckets()) await trials.openBuckets();
  const earlier = existsSync(page) ? readFileSync(page, 'utf8').trim().split('\n').slice(1) : [];
  // Of one seed there is a row for each commit: what moment a fault meets is another every time.
  const rows = new Map(earlier.map((row) => [`${row.split(',', 2).join()},${row.split(',').at(-1)}`, row]));
  const waiting = asked().values();
  const problems: string[] = [];
  const lane = async (number: number): Promise<void> => {
    const trial = trials.lane(number);
    for (const { store, seed } of waiting) {
      const { faults, refused, problems: found, seconds } = await trial(store, seed);
      problems.push(...found.map((problem) => `${store} ${seed}: ${problem}`));
      const row = [store, seed, faults.join('; '), refused, found.length, seconds, commit].join(',');
      rows.set(`${store},${seed},${commit}`, row);
      writeFileSync(page, `${[heading, ...rows.values()].join('\n')}\n`);
    }
  };
  await Promise.all(Array.from({ length: lanes }, (_, index) => lane(index + 1)));
  expect(problems).toEqual([]);
});

/** What is to be run: a store and the seed of its faults. */
function asked(): readonly { readonly store: (typeof stores)[number]; readonly seed: number }[] {
  if (named === undefined)
    return Array.from({ length: runs }, (_, index) =>
      stores.map((store, place) => ({ store, seed: firstSeed + place * runs + index })),
    ).flat();
  return named.split(',').map((each) => {
    const [name = '', seed = ''] = each.trim().split(' ');
    const store = stores.find((known) => known === name);
    if (store === undefined || !/^\d+$/u.test(seed)) throw new Error(`HOST_NAMED: ${each} is no store and seed`);
    return { store, seed: Number(seed) };
  });
}
