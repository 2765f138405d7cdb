import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { murmur3Bucket } from '../../src/assignment/schemes/murmur3.ts';
import { casesOf, runsOf } from '../fixtures/tiers.ts';
import {
  asSplit,
  decisionOn,
  type FileFormat,
  float,
  type Harm,
  harmedLog,
  harmedStarterLog,
  type Log,
  type Outcome,
  type Request,
  type Version,
} from './respelled-log.ts';

const labels: readonly (readonly string[])[] = [
  ['0', '1'],
  ['false', 'true'],
  ['legit', 'fraud'],
  ['a', 'b', 'c'],
];
const harms: readonly Harm[] = ['wrong answers', 'failures'];

/** Every log's candidate is worse by 40 points, so that none of them says increase as it is. */
const logs: ReadonlyMap<string, Log> = new Map(
  [
    ...labels.flatMap((names) =>
      harms.map((harm) => [`${names.join('/')} with ${harm}`, harmedLog(names, harm)] as const),
    ),
    ['the starter', harmedStarterLog()] as const,
  ].flatMap(([name, log]) => [[`${name}, pairs`, log] as const, [`${name}, live split`, asSplit(log)] as const]),
);

/** Other ways to write a value; what a way cannot write stays as it is. */
const spellings: Readonly<Record<string, (text: string) => unknown>> = {
  'in capitals': (text) => text.toUpperCase(),
  'with a capital': (text) => text.slice(0, 1).toUpperCase() + text.slice(1),
  'with spaces': (text) => ` ${text} `,
  'as a number': (text) => (Number.isFinite(Number(text)) ? Number(text) : text),
  'as a float': (text) => (Number.isFinite(Number(text)) ? float(Number(text)) : text),
  'as the text of a float': (text) => (Number.isFinite(Number(text)) ? Number(text).toFixed(1) : `${text}.0`),
  'as a boolean': (text) => ({ '0': false, '1': true, false: false, true: true })[text] ?? text,
  'as its place': (text) => Math.max(0, ...labels.map((names) => names.indexOf(text))),
  'as a status': () => 503,
  'as a status with words': () => '503 Service Unavailable',
  'as null': () => null,
  'as NaN': () => 'NaN',
  'as an empty text': () => '',
  'not at all': () => undefined,
};

/** What is changed, of whom, how, and in which share of the requests. */
interface Change {
  readonly what: 'label' | 'prediction' | 'error' | 'outcome';
  readonly whose: Version;
  readonly how: string;
  readonly share: number;
  readonly salt: string;
}

function changed({ labels: names, requests }: Log, change: Change): Log {
  return { labels: names, requests: requests.map((request) => changedRequest(request, change)) };
}

function changedRequest(request: Request, { what, whose, how, share, salt }: Change): Request {
  const outcome = request.outcomes[whose];
  if (outcome === undefined || murmur3Bucket(salt, request.id) >= share) return request;
  const written = (value: unknown) => (typeof value === 'string' ? spellings[how]?.(value) : value);
  if (what === 'label') return { ...request, label: written(request.label) };
  const others = Object.fromEntries(Object.entries(request.outcomes).filter(([version]) => version !== whose));
  // Of a live split such a record is whose it is, and says nothing.
  if (what === 'outcome') return { ...request, outcomes: { ...others, [whose]: {} } };
  const answered: Outcome = outcome[what] === undefined ? outcome : { ...outcome, [what]: written(outcome[what]) };
  return { ...request, outcomes: { ...others, [whose]: answered } };
}

const changes: fc.Arbitrary<Change> = fc.record({
  what: fc.constantFrom('label', 'prediction', 'error', 'outcome'),
  whose: fc.constantFrom<Version>('1.0.0', '1.1.0'),
  how: fc.constantFrom(...Object.keys(spellings)),
  share: fc.oneof(fc.constant(1), fc.double({ min: 0.05, max: 0.95, noNaN: true })),
  salt: fc.constantFrom('a', 'b', 'c'),
});

describe('a verdict that is not increase', () => {
  test.each(casesOf([...logs], 3))('%s: is none as it is', async (_, log) => {
    expect(['hold', 'rollback']).toContain(await decisionOn(log, 'jsonl'));
  });

  test('never becomes increase by other spellings, other types or what is missing of one side', async () => {
    const formats: readonly FileFormat[] = ['jsonl', 'csv', 'parquet'];
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...logs.keys()),
        fc.array(changes, { minLength: 1, maxLength: 2 }),
        fc.constantFrom(...formats),
        async (name, each, format) => {
          const log = logs.get(name) ?? { labels: [], requests: [] };
          expect(await decisionOn(each.reduce(changed, log), format)).not.toBe('increase');
        },
      ),
      { seed: 20_261_129, numRuns: runsOf(40, 10) },
    );
  });
});
