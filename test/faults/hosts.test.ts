import { describe } from 'vitest';
import { isWhole } from '../fixtures/tiers.ts';
import { testHosts } from './host-runs.ts';
import { canMakeHosts } from './hosts.ts';

describe.runIf(isWhole && canMakeHosts())('four hosts that fail (skipped where they cannot be made)', () => {
  testHosts([1, 2]);
});
