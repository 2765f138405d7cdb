import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import * as fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { cohortOf } from '../../src/assignment/cohort.ts';
import { bucketerOf, stepsOf } from '../../src/assignment/schemes.ts';
import {
  type Assignment,
  type SchemeName,
  type UnitEncoding,
  unitEncodings,
  type WrittenAssignment,
} from '../../src/domain/exposure/assignment.ts';
import { isWhole } from '../fixtures/tiers.ts';
import { assignmentOf, exportedFlag, flagKey, model } from './exported-flag.ts';

/** A way in which a language's SDK gives a share. */
interface Asked {
  readonly name: string;
  /** As the language's program calls it. */
  readonly sdk: string;
  /** What the flag is exported from, and what the SDK makes of it where that is not the same. */
  readonly exported: Assignment;
  readonly decides: Assignment;
  /** The encodings by which it reads units that are not ASCII, of the two; absent where there is one way only. */
  readonly encodings?: readonly UnitEncoding[];
  /** What it hashes of a unit, where that is not the whole. */
  readonly hashed?: (unit: string) => string;
}

const salt = '4711';

function asked(
  sdk: string,
  scheme: SchemeName,
  written: WrittenAssignment,
  { decides = written, ...more }: Pick<Asked, 'encodings' | 'hashed'> & { readonly decides?: WrittenAssignment } = {},
): Asked {
  const words = [scheme, ...Object.values(written)].filter((value) => value !== salt && value !== model);
  return {
    name: words.join(' '),
    sdk,
    exported: assignmentOf(scheme, written),
    decides: assignmentOf(scheme, decides),
    ...more,
  };
}

function flagd(scheme: SchemeName, encodings?: readonly UnitEncoding[], hashed?: Asked['hashed']): readonly Asked[] {
  const read = encodings === undefined ? {} : { encodings };
  return [
    asked('flagd', scheme, { flag: salt }, read),
    asked('flagd', scheme, { salt }, { ...read, ...(hashed === undefined ? {} : { hashed }) }),
  ];
}

function growthbook(
  rules: readonly ('rollout' | 'experiment')[],
  encodings: readonly UnitEncoding[],
): readonly Asked[] {
  return ([1, 2] as const).flatMap((hashVersion) =>
    rules.map((rule) => {
      // A rollout leaves its last step out, which JavaScript takes in: a plan writes it as an experiment.
      const decides = { salt, hashVersion, rule: 'experiment' } as const;
      return asked('growthbook', 'growthbook', { salt, hashVersion, rule }, { encodings, decides });
    }),
  );
}

const others: readonly Asked[] = [
  asked('unleash', 'unleash', { flag: salt }, { encodings: ['utf8'] }),
  asked('unleash-variants', 'unleash', { flag: salt, rule: 'variants' }, { encodings: ['utf8'] }),
  asked('launchdarkly', 'launchdarkly', { flag: model, salt }),
  asked('launchdarkly', 'launchdarkly', { seed: Number(salt), rule: 'experiment' }),
  asked('optimizely', 'optimizely', { flag: salt }),
];

const file = (path: string) => new URL(path, import.meta.url).pathname;
const python = file('../python/.venv/bin/python');
const go = file('sdks/go/.built/sdks');
const java = file('sdks/java/target');

/** Programs that ask a language's SDKs, and what `.ci/run` makes for them. */
const languages = [
  {
    language: 'Python',
    made: python,
    command: [python, file('sdks/sdks.py')],
    sdks: [...flagd('flagd-cbor'), ...growthbook(['rollout', 'experiment'], ['utf16']), ...others],
  },
  {
    language: 'Go',
    made: go,
    command: [go],
    sdks: [
      // Its `cat` leaves out white space at the end.
      ...flagd('flagd', ['utf8'], (unit) => unit.trimEnd()),
      ...growthbook(['rollout', 'experiment'], ['utf16']),
      ...others,
    ],
  },
  {
    language: 'Java',
    made: `${java}/dependency`,
    command: ['java', '-cp', `${java}/classes:${java}/dependency/*`, 'Main'],
    // GrowthBook's is the one for Kotlin, whose rollouts ask a second time by another hash.
    sdks: [...flagd('flagd-legacy', ['utf8']), ...growthbook(['experiment'], []), ...others],
  },
] as const;

const ascii = fc.sample(fc.string({ minLength: 1, maxLength: 400, unit: 'grapheme-ascii' }), {
  numRuns: 2000,
  seed: 19,
});
const foreign = fc
  .sample(fc.string({ minLength: 1, maxLength: 12, unit: 'grapheme' }), { numRuns: 4000, seed: 19 })
  .filter((user) => /[^ -~]/u.test(user))
  .slice(0, 2000);

/** About 30%, on the grid. */
function weightOf(assignment: Assignment): number {
  const steps = stepsOf(assignment) ?? 1;
  return Math.round(steps * 0.3) / steps;
}

/** Users whom the SDK and canary put into different cohorts. */
function differing(sdk: Asked, encoding: UnitEncoding | undefined, users: readonly string[], taken: unknown) {
  const { decides, exported, hashed = (unit: string) => unit } = sdk;
  const bucketOf = bucketerOf(encoding === undefined ? decides : { ...decides, encoding });
  const weight = weightOf(exported);
  const answers: readonly unknown[] = Array.isArray(taken) ? taken : [];
  return users.filter((user, at) => (cohortOf(bucketOf(hashed(user)), weight) === 'canary') !== answers[at]);
}

/** Every SDK's answers to the users in ASCII, then to those who are not. */
function answersOf([program = '', ...args]: readonly string[], sdks: readonly Asked[]): readonly unknown[] {
  const questions = sdks.flatMap(({ sdk, exported }) => {
    const flag: unknown = JSON.parse(exportedFlag(exported, weightOf(exported)));
    return [ascii, foreign].map((users) => ({ sdk, key: flagKey(exported), flag, users }));
  });
  const input = JSON.stringify(questions);
  const printed = execFileSync(program, args, { input, encoding: 'utf8', maxBuffer: 1e8, stdio: 'pipe' });
  return JSON.parse(printed.trimEnd().split('\n').at(-1) ?? '');
}

describe.each(languages)('SDKs of $language', ({ made, command, sdks }) => {
  describe.skipIf(!isWhole || !existsSync(made))('(skipped where .ci/run has not installed them)', () => {
    let answers: readonly unknown[] = [];
    beforeAll(() => {
      answers = answersOf(command, sdks);
    }, 300_000);

    test.each(sdks.map((each, index) => [each.name, each, index] as const))(
      '%s takes the same of 2,000 users, and of 2,000 who are not ASCII by the encodings that it has',
      (_name, sdk, index) => {
        expect(ascii).toHaveLength(2000);
        expect(foreign).toHaveLength(2000);
        expect(differing(sdk, undefined, ascii, answers[2 * index])).toEqual([]);
        for (const encoding of sdk.encodings ?? [undefined])
          expect(differing(sdk, encoding, foreign, answers[2 * index + 1])).toEqual([]);
      },
    );

    const ambiguous = sdks.flatMap((each, index) => (each.encodings === undefined ? [] : [[each, index] as const]));
    test.each(ambiguous.map(([each, index]) => [each.name, each.encodings ?? [], each, index] as const))(
      '%s, which has the encodings %j, takes others of those who are not ASCII by another',
      (_name, encodings, sdk, index) => {
        for (const other of unitEncodings.filter((each) => !encodings.includes(each)))
          expect(differing(sdk, other, foreign, answers[2 * index + 1]).length).toBeGreaterThan(400);
      },
    );
  });
});
