import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { run, temporaryFolder } from '../cli/harness.ts';
import { checkoutOf, evidenceOf, storeRollout } from '../cli/store-rollout.ts';
import { Hosts, runOnHosts } from './hosts.ts';

/** Runs on hosts that fail, one for each seed. */
export function testHosts(seeds: readonly number[]): void {
  let folder: string;
  let alone: string;
  let hosts: Hosts | undefined;

  beforeAll(async () => {
    folder = storeRollout(3 * 8192 + 60, afterAll);
    alone = await evidenceOf(checkoutOf(folder, afterAll));
    hosts = new Hosts();
  }, 120_000);
  afterAll(() => hosts?.remove());

  test.each(seeds)(
    'have every window once, and the evidence of one undisturbed process (seed %i)',
    async (seed) => {
      if (hosts === undefined) throw new Error('there are no hosts');
      const store = temporaryFolder();
      const checkout = (withLog: boolean) => checkoutOf(folder, afterAll, withLog ? '.canary' : 'log.jsonl');
      const { exitCode, stderr, faults } = await runOnHosts(hosts, seed, store, checkout);
      expect({ exitCode, stderr, faults }).toMatchObject({ exitCode: 0 });
      // A byte may have been altered after the last look.
      const again = await run(['replay', 'plan.yaml', '--store', store], { cwd: checkoutOf(folder) });
      expect(again.exitCode).toBe(0);
      expect(await evidenceOf(checkoutOf(folder), ['--store', store])).toBe(alone);
      const windows = readdirSync(store, { recursive: true, encoding: 'utf8' }).filter((name) =>
        /^[\da-f]{64}\/[^/]+\/[\da-f]{64}\.json$/u.test(name),
      );
      expect(windows).toHaveLength(8);
    },
    240_000,
  );
}
