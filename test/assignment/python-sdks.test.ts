import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import * as fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { cohortOf } from '../../src/assignment/cohort.ts';
import { bucketerOf, schemes } from '../../src/assignment/schemes.ts';
import type { SchemeName, WrittenAssignment } from '../../src/domain/exposure/assignment.ts';

const python = new URL('../python/.venv/bin/python', import.meta.url).pathname;
const script = new URL('sdks.py', import.meta.url).pathname;

interface PythonSdk {
  readonly sdk: string;
  readonly scheme: SchemeName;
  readonly written: WrittenAssignment;
  /** Of so many the candidate has this part. */
  readonly part: number;
  readonly total: number;
  /** How it reads units that are not ASCII; absent where there is one way only. */
  readonly encoding?: 'utf8' | 'utf16';
}

const salt = '4711';

function growthbook(hashVersion: 1 | 2, rule: 'rollout' | 'experiment'): PythonSdk {
  const total = hashVersion === 1 ? 1000 : 10_000;
  // A rollout leaves its last step out, which JavaScript takes in: a plan writes it as an experiment.
  const written = { salt, hashVersion, rule: 'experiment' } as const;
  const sdk = `growthbook-${hashVersion}-${rule}`;
  return { sdk, scheme: 'growthbook', written, part: 0.3 * total, total, encoding: 'utf16' };
}

const sdks: readonly PythonSdk[] = [
  { sdk: 'flagd', scheme: 'flagd-cbor', written: { flag: salt }, part: 3210, total: 10_000 },
  { sdk: 'flagd-by-text', scheme: 'flagd-cbor', written: { salt }, part: 3210, total: 10_000 },
  { sdk: 'unleash', scheme: 'unleash', written: { flag: salt }, part: 30, total: 100, encoding: 'utf8' },
  growthbook(1, 'rollout'),
  growthbook(1, 'experiment'),
  growthbook(2, 'rollout'),
  growthbook(2, 'experiment'),
  {
    sdk: 'launchdarkly-rollout',
    scheme: 'launchdarkly',
    written: { flag: 'model-x', salt },
    part: 32_100,
    total: 100_000,
  },
  {
    sdk: 'launchdarkly-experiment',
    scheme: 'launchdarkly',
    written: { seed: Number(salt), rule: 'experiment' },
    part: 32_100,
    total: 100_000,
  },
  { sdk: 'optimizely', scheme: 'optimizely', written: { flag: salt }, part: 3210, total: 10_000 },
];

const ascii = fc.sample(fc.string({ minLength: 1, maxLength: 400, unit: 'grapheme-ascii' }), {
  numRuns: 2000,
  seed: 19,
});
const foreign = fc
  .sample(fc.string({ minLength: 1, maxLength: 12, unit: 'grapheme' }), { numRuns: 4000, seed: 19 })
  .filter((user) => /[^ -~]/u.test(user))
  .slice(0, 2000);

function differing({ scheme, written, part, total, encoding }: PythonSdk, users: readonly string[], taken: unknown) {
  const assignment = { scheme, ...schemes[scheme].complete(written, 'plan') };
  const bucketOf = bucketerOf(encoding === undefined ? assignment : { ...assignment, encoding });
  const answers: readonly unknown[] = Array.isArray(taken) ? taken : [];
  return users.filter((user, at) => (cohortOf(bucketOf(user), part / total) === 'canary') !== answers[at]);
}

describe.skipIf(!existsSync(python))("Python's SDKs (skipped where the virtual environment is not installed)", () => {
  let answers: unknown[] = [];
  beforeAll(() => {
    const cases = sdks.flatMap(({ sdk, part, total }) =>
      [ascii, foreign].map((users) => ({ sdk, part, total, salt, users })),
    );
    const printed = execFileSync(python, [script], { input: JSON.stringify(cases), encoding: 'utf8', maxBuffer: 1e8 });
    answers = JSON.parse(printed.trimEnd().split('\n').at(-1) ?? '');
  }, 120_000);

  test.each(sdks.map((each, index) => [each.sdk, each, index] as const))(
    '%s takes the same of 2,000 users, and of 2,000 who are not ASCII',
    (_name, sdk, index) => {
      expect(foreign).toHaveLength(2000);
      expect(differing(sdk, ascii, answers[2 * index])).toEqual([]);
      expect(differing(sdk, foreign, answers[2 * index + 1])).toEqual([]);
    },
  );

  test.each(sdks.flatMap((each, index) => (each.encoding === undefined ? [] : [[each.sdk, each, index] as const])))(
    '%s takes others of those who are not ASCII by the other encoding',
    (_name, sdk, index) => {
      const other = { ...sdk, encoding: sdk.encoding === 'utf8' ? ('utf16' as const) : ('utf8' as const) };
      expect(differing(other, foreign, answers[2 * index + 1]).length).toBeGreaterThan(400);
    },
  );
});
