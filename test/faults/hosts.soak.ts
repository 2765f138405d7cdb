import { describe } from 'vitest';
import { testHosts } from './host-runs.ts';
import { canMakeHosts } from './hosts.ts';

describe.runIf(canMakeHosts())('four hosts that fail (skipped where they cannot be made)', () => {
  testHosts(Array.from({ length: 20 }, (_, index) => index + 1));
});
