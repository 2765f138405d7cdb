import { expect, test } from 'vitest';
import { murmur3Bucket } from '../../src/assignment/schemes/murmur3.ts';
import { checkOf, type PlantedRecord, plantedRollout, planLines } from './planted-log.ts';

function versionAt(salt: string, id: string): string {
  return murmur3Bucket(salt, id) < 0.05 ? '1.1.0' : '1.0.0';
}

/** Four requests each by a sticky router; of 4% of the users every request is assigned anew, as of one without a cookie. */
function churning(seed: number): PlantedRecord[] {
  return Array.from({ length: 12_000 }, (_, request) => {
    const user = `u${request % 3000}`;
    const isLost = murmur3Bucket(`cookie ${seed}`, user) < 0.04;
    return {
      request_id: `r${request}`,
      timestamp: new Date(Date.UTC(2026, 10, 1) + request * 10_000).toISOString(),
      user_id: user,
      served_by: versionAt(`router ${seed}`, isLost ? `r${request}` : user),
      latency_ms: 40 + Math.round(20 * murmur3Bucket('time', `r${request}`)),
      prediction: murmur3Bucket('answer', `r${request}`) < 0.9 ? 'a' : 'b',
      label: 'a',
    };
  });
}

test.each([1, 2, 3])(
  'users whom a sticky router lost count once, and hold neither sample ratio nor parity (%i)',
  async (seed) => {
    const rollout = plantedRollout().write('log.jsonl', churning(seed));
    const evidence = await rollout.evaluate(
      planLines([
        'requests: { source: log.jsonl, fields: { servedBy: served_by }, segments: { hour: timestamp.hour } }',
        'stages: [{ name: canary-5, weight: 5% }, { name: full, weight: 1 }]',
        'guardrails: [{ metric: accuracy, maxDecrease: 9pp }]',
      ]),
    );
    expect(checkOf(evidence, 'served users')).toMatchObject({
      status: 'warn',
      detail: expect.stringMatching(/the sample ratio counts each of those by the version met first$/u),
    });
    expect(checkOf(evidence, 'sample ratio')).toMatchObject({
      status: 'pass',
      detail: expect.stringContaining('of 3,000 users are in the canary cohort'),
    });
    expect(checkOf(evidence, 'parity').status).toBe('pass');
  },
);
