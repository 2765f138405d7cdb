import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runsOf } from '../../fixtures/tiers.ts';
import { bothVersions, LogFolder, record } from '../log-folder.ts';

let logs: LogFolder;
beforeAll(async () => {
  logs = await LogFolder.open();
});
afterAll(() => logs.close());

/** Labels of models, some of which other texts are like: words for nothing, numbers, truth values, the beginning of JSON. */
const names = [
  'refund',
  'greet',
  'Refund',
  ' refund',
  'x y',
  'nan',
  'inf',
  'none',
  'null',
  '-',
  '[x',
  '{y',
  '1',
  '01',
  '1e0',
  '404',
  'true',
  'é',
  '_',
];
const label = fc.constantFrom(...names);
const text = fc.oneof(
  label,
  label.map((name) => `${name} `),
  label.map((name) => name.toUpperCase()),
  fc.constantFrom('', 'NaN', 'other', '[]', '{}', '0.5'),
);
const prediction: fc.Arbitrary<unknown> = fc.oneof(
  { arbitrary: text, weight: 6 },
  fc.constantFrom(null, 1, 404, 0.5, true),
  text.map((own) => ({ label: own })),
  fc.tuple(text, fc.constantFrom(0.25, 'high', 2)).map(([own, score]) => ({ label: own, score })),
  fc.tuple(text, text).map(([one, other]) => ({ scores: { [one]: 0.75, [other]: 0.25 } })),
  text.map((own) => [own]),
);
const outcome = fc.record(
  {
    latency_ms: fc.constantFrom(1, null),
    prediction,
    error: fc.constantFrom(null, '', 'timeout', 200, 503),
    score: fc.constantFrom(null, '', 0.25, 'high', 2),
  },
  { requiredKeys: [] },
);
const lines = fc.array(fc.record({ truth: text, one: outcome, other: outcome }), { minLength: 1, maxLength: 60 });

const columns = ['present', 'latency_ns', 'error', 'label', 'value', 'score'];

async function rowsRead(
  labels: readonly string[],
  renamed: Readonly<Record<string, string>>,
  thresholds?: { baseline: number; candidate: number },
) {
  const reading = { labels, names: renamed };
  const options = {
    files: ['answers.jsonl'],
    recorded: bothVersions,
    labels: { baseline: labels, candidate: labels },
    values: { truths: reading, answers: { baseline: reading, candidate: reading }, fine: [] },
    ...(thresholds === undefined ? {} : { thresholds }),
  };
  const { totals } = await logs.read(options);
  const own = ['baseline', 'candidate'].flatMap((role) => columns.map((column) => `${role}_${column}`));
  const rows = await logs.db.rows(`SELECT id, label, ${own.join(', ')} FROM requests ORDER BY id`);
  return { totals, rows };
}

// Of three labels and more a threshold decides nothing, but where there is one no answer is taken for plain: all are looked into.
test('an answer that is taken for a label at once is what it is where it is looked into', async () => {
  await fc.assert(
    fc.asyncProperty(
      lines,
      fc.uniqueArray(label, { minLength: 3 }),
      fc.dictionary(label, label, { maxKeys: 2 }),
      async (log, labels, renamed) => {
        logs.writeRecords(
          'answers.jsonl',
          log.map(({ truth, one, other }, index) =>
            record(`r${index}`, { label: truth, outcomes: { '1.4.2': one, '1.5.0': other } }),
          ),
        );
        const known = Object.fromEntries(Object.entries(renamed).filter(([, meant]) => labels.includes(meant)));
        const read = await rowsRead(labels, known);
        expect(read).toEqual(await rowsRead(labels, known, { baseline: 0.5, candidate: 0.5 }));
        expect(read.rows).toHaveLength(log.length);
      },
    ),
    { numRuns: runsOf(60, 15) },
  );
});
