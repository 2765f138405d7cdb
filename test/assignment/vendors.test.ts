import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cohortOf } from '../../src/assignment/cohort.ts';
import { bucketerOf, schemes } from '../../src/assignment/schemes.ts';
import { stepsOf } from '../../src/assignment/schemes.ts';
import type { Assignment } from '../../src/domain/exposure/assignment.ts';
import { assignmentOf } from './exported-flag.ts';
import { type Vendor, vendors } from './vendors.ts';

const unit = fc.string({ minLength: 1, maxLength: 40, unit: 'grapheme-ascii' });
const foreignUnit = fc.string({ minLength: 1, maxLength: 12, unit: 'grapheme' });
const isAscii = (text: string) => !/[^ -~]/u.test(text);

/** Numbers are salts of every vendor, and of an experiment of LaunchDarkly the only ones. */
const salt = fc.nat().map((number) => String(number + 1));

const assigned = ({ scheme, written }: Vendor, text: string) => assignmentOf(scheme, written(text));

/** Users whom the SDK and canary put into different cohorts. */
async function differing(vendor: Vendor, assignment: Assignment, weight: number, users: readonly string[]) {
  const flag = await vendor.flag(assignment, weight);
  const bucketOf = bucketerOf(assignment);
  const differ: string[] = [];
  for (const user of users) {
    const ours = cohortOf(bucketOf(user), weight) === 'canary';
    if (ours !== (await flag.isCandidate(user))) differ.push(user);
  }
  await flag.close?.();
  return differ;
}

describe.each(vendors)('$name', (vendor) => {
  const steps = stepsOf(assigned(vendor, '1')) ?? 0;

  test('takes the same of 20,000 users, under twenty salts and weights', { timeout: 120_000 }, async () => {
    const runs = fc.sample(
      fc.tuple(salt, fc.integer({ min: 1, max: steps - 1 }), fc.array(unit, { minLength: 1000, maxLength: 1000 })),
      {
        numRuns: 20,
        seed: 19,
      },
    );
    const differ: string[] = [];
    for (const [text, step, users] of runs)
      differ.push(...(await differing(vendor, assigned(vendor, text), step / steps, users)));
    expect(runs.flatMap(([, , users]) => users)).toHaveLength(20_000);
    expect(differ).toEqual([]);
  });

  test('takes the same of any users, also at the smallest and the largest weight', { timeout: 60_000 }, async () => {
    const weight = fc.constantFrom(1, 2, steps - 1, Math.round(steps / 2));
    await fc.assert(
      fc.asyncProperty(salt, weight, fc.array(unit, { minLength: 40, maxLength: 40 }), async (text, step, users) => {
        expect(await differing(vendor, assigned(vendor, text), step / steps, users)).toEqual([]);
      }),
      { numRuns: 15 },
    );
  });

  test('takes the same of users whose names are not ASCII', { timeout: 60_000 }, async () => {
    const users = fc.sample(foreignUnit, { numRuns: 2000, seed: 19 }).filter((user) => !isAscii(user));
    const encoding = schemes[vendor.scheme].encodings === true ? ({ encoding: 'utf16' } as const) : {};
    const assignment = { ...assigned(vendor, '61'), ...encoding };
    expect(users.length).toBeGreaterThan(1000);
    expect(await differing(vendor, assignment, Math.round(steps * 0.3) / steps, users)).toEqual([]);
  });
});
