import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { cohortOf } from '../../src/assignment/cohort.ts';
import { bucketerOf } from '../../src/assignment/schemes.ts';
import { exportTarget } from '../../src/gate/exposure/export.ts';
import { otherUsers } from '../../src/routing/other-users.ts';
import { assignmentOf } from '../assignment/exported-flag.ts';
import { TestRollout } from '../fixtures/test-rollout.ts';

const hintOf = (hint = '') => /assignment: (\{.*\})(.*)$/su.exec(hint)?.slice(1) ?? [];

describe.each(['murmur3', 'envoy'] as const)('what is written for flagd instead of %s', (scheme) => {
  test('takes the same users at every weight of the registry', () => {
    const units = fc.array(fc.string({ unit: 'grapheme', minLength: 1 }), { minLength: 50, maxLength: 50 });
    const weight = fc.integer({ min: 0, max: 1_000_000 });
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), weight, units, (salt, step, users) => {
        const own = assignmentOf(scheme, { salt });
        const [written = '', kept] = hintOf(otherUsers('flagd', own)?.hint);
        const { scheme: other, ...rest } = parse(written);
        expect(kept).toBe(', which takes the same users');
        const [ours, theirs] = [bucketerOf(own), bucketerOf(assignmentOf(other, { ...rest, encoding: 'utf8' }))];
        const cohorts = (bucketOf: typeof ours) => users.map((user) => cohortOf(bucketOf(user), step / 1_000_000));
        expect(cohorts(theirs)).toEqual(cohorts(ours));
      }),
    );
  });

  test('is a plan that exports the flag', async () => {
    const plan = { assignment: `{ scheme: ${scheme}, salt: 'a "quoted" salt' }` };
    const refused = await exportTarget(new TestRollout({ plan }).world, 'flagd', 'plan.yaml', {}).catch(String);
    expect(refused).toContain(`flagd would expose other users than those judged by ${scheme}`);
    const [assignment = ''] = hintOf(otherUsers('flagd', assignmentOf(scheme, { salt: 'a "quoted" salt' }))?.hint);
    const exported = await exportTarget(new TestRollout({ plan: { assignment } }).world, 'flagd', 'plan.yaml', {});
    expect(exported).toMatchObject({ text: expect.stringContaining('"a \\"quoted\\" salt:"') });
  });
});

test.each([
  ['flagd', 'md5', 'write assignment: { scheme: flagd, flag: … }'],
  ['launchdarkly', 'murmur3', 'write assignment: { scheme: launchdarkly, flag: …, salt: … }'],
  ['unleash', 'flagd', 'write assignment: { scheme: unleash, flag: … }'],
  ['haproxy', 'nginx', 'write assignment: { scheme: haproxy }'],
] as const)('of %s the plan of %s is told a scheme with all that it needs', (target, scheme, hint) => {
  expect(otherUsers(target, assignmentOf(scheme, { flag: 'f' }))).toMatchObject({ hint });
});

test.each(['flagd', 'flagd-legacy', 'flagd-cbor'] as const)('flagd takes the users of %s', (scheme) => {
  expect(otherUsers('flagd', assignmentOf(scheme, { flag: 'f' }))).toBeUndefined();
});
