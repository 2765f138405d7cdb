import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isWhole } from '../fixtures/tiers.ts';
import { HostTrials, hasBuckets } from './host-trials.ts';
import { canMakeHosts } from './hosts.ts';

describe.runIf(isWhole && canMakeHosts())('four hosts that fail (skipped where they cannot be made)', () => {
  let trials: HostTrials;
  let trial: ReturnType<HostTrials['lane']>;

  beforeAll(async () => {
    trials = await HostTrials.open();
    if (hasBuckets()) await trials.openBuckets();
    trial = trials.lane(100);
  }, 240_000);
  afterAll(() => trials.close(), 120_000);

  const stores = hasBuckets() ? (['folder', 'bucket'] as const) : (['folder'] as const);

  test.each(stores.flatMap((store) => [1, 2].map((seed) => [store, seed] as const)))(
    'have every window of a %s once, and the evidence of one undisturbed process (seed %i)',
    async (store, seed) => {
      expect(await trial(store, seed)).toMatchObject({ problems: [] });
    },
    600_000,
  );
});
