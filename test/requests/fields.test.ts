import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { columnPath, pathText } from '../../src/domain/log/record-path.ts';
import { segmentColumn } from '../../src/requests/values/read-options.ts';
import { defaultFields, LogFolder, record } from './log-folder.ts';

let logs: LogFolder;
beforeAll(async () => {
  logs = await LogFolder.open();
});
afterAll(() => logs.close());

const names = [
  `it's`,
  `"quoted"`,
  `back\\slash`,
  `a/b~c`,
  `'); DROP TABLE requests; --`,
  `{"$":[*]}`,
  `$`,
  `*`,
  ` `,
  `ключ`,
  `😀`,
  `line\nbreak`,
  `ID`,
  `0`,
  `select`,
];
/** Within a path the dot parts keys. */
const withoutDot = names.filter((name) => !name.includes('.'));

describe('a field of any name is read', () => {
  test.each(withoutDot)('%j in JSON lines', async (name) => {
    logs.writeRecords('named.jsonl', [
      { [name]: 'r1', [`${name}2`]: { [name]: 5 }, when: { [name]: 1_793_523_600 }, seg: { [name]: 'x' } },
    ]);
    const [id, unit, timestamp] = [pathText([name]), pathText([`${name}2`, name]), pathText(['when', name])];
    const fields = { ...defaultFields, id, unit, timestamp };
    await logs.read({ files: ['named.jsonl'], fields, segments: { [name]: pathText(['seg', name]) } });
    const rows = await logs.db.columns('SELECT * FROM requests');
    expect([rows.strings('id'), rows.strings('unit'), rows.strings(segmentColumn(name))]).toEqual([
      ['r1'],
      ['5'],
      ['x'],
    ]);
  });

  test.each(withoutDot.filter((name) => !name.includes('\n')))('%j in CSV and Parquet', async (name) => {
    const quoted = `"${name.replaceAll('"', '""')}"`;
    logs.write('named.csv', `${quoted},timestamp,user_id\nr1,1793523600,u1\n`);
    const { totals } = await logs.read({ files: ['named.csv'], fields: { ...defaultFields, id: columnPath(name) } });
    await logs.db.run(
      `COPY (SELECT id AS ${quoted}, "at" AS timestamp, unit AS user_id FROM requests) TO '${logs.path}/named.parquet'`,
    );
    const again = await logs.read({ files: ['named.parquet'], fields: { ...defaultFields, id: columnPath(name) } });
    expect([totals.accepted, again.totals.accepted]).toEqual([1, 1]);
  });

  test('where names differ only in case', async () => {
    logs.writeRecords('case.jsonl', [
      { ID: 'upper', id: 'lower', timestamp: 1, Context: { a: 'A' }, context: { a: 'a' } },
    ]);
    const fields = { ...defaultFields, id: 'id', unit: 'ID' };
    await logs.read({ files: ['case.jsonl'], fields, segments: { lower: 'context.a', upper: 'Context.a' } });
    expect(
      await logs.db.rows('SELECT id, unit, "segment:lower" AS lower, "segment:upper" AS upper FROM requests'),
    ).toEqual([{ id: 'lower', unit: 'upper', lower: 'a', upper: 'A' }]);
  });

  test('where one path lies inside another, and where two fields are the same', async () => {
    logs.writeRecords('nested.jsonl', [record('r1', { user_id: { tenant: 't1', user: 'u1' } })]);
    const fields = { ...defaultFields, unit: 'user_id.user', label: 'user_id.user', input: 'user_id' };
    await logs.read({
      files: ['nested.jsonl'],
      fields,
      segments: { tenant: 'user_id.tenant', whole: 'user_id' },
      input: true,
    });
    expect(
      await logs.db.rows(
        'SELECT unit, label, input, "segment:tenant" AS tenant, "segment:whole" AS whole FROM requests',
      ),
    ).toEqual([
      {
        unit: 'u1',
        label: 'u1',
        input: '{"tenant":"t1","user":"u1"}',
        tenant: 't1',
        whole: '{"tenant":"t1","user":"u1"}',
      },
    ]);
  });

  test('where versions differ only in case', async () => {
    logs.writeRecords('versions.jsonl', [
      record('r1', { outcomes: { '2.0.0-RC': { prediction: 'a' }, '2.0.0-rc': { prediction: 'b' } } }),
    ]);
    await logs.read({ files: ['versions.jsonl'], recorded: { baseline: '2.0.0-rc', candidate: '2.0.0-RC' } });
    expect(
      await logs.db.rows('SELECT baseline_present, baseline_label, candidate_present, candidate_label FROM requests'),
    ).toEqual([{ baseline_present: true, baseline_label: 'b', candidate_present: true, candidate_label: 'a' }]);
  });
});

describe('a field that no record has is an error of exit 5', () => {
  test.each(['id', 'timestamp', 'unit', 'input'] as const)(
    'that names the path of %s, what there is and the nearest',
    async (field) => {
      logs.writeRecords('typo.jsonl', [record('r1'), record('r2')]);
      const wanted = { ...defaultFields, [field]: `${defaultFields[field]}s` };
      await expect(logs.read({ files: ['typo.jsonl'], fields: wanted, input: true })).rejects.toMatchObject({
        exitCode: 5,
        message: `typo.jsonl: no record has the field ${defaultFields[field]}s, which requests.fields.${field} names`,
        hint: expect.stringContaining(
          "request_id, timestamp, user_id, context.locale, input.text, label, outcomes['1.4.2'].latency_ms, outcomes['1.4.2'].prediction, outcomes['1.5.0'].latency_ms, outcomes['1.5.0'].error",
        ),
      });
    },
  );

  test.each([
    ['user', 'did you mean user_id?'],
    ['requestid', 'did you mean request_id?'],
  ])('that guesses what %s was meant to be', async (unit, guess) => {
    logs.write('typo.csv', 'request_id,timestamp,user_id\nr1,1,u1\n');
    await expect(logs.read({ files: ['typo.csv'], fields: { ...defaultFields, unit } })).rejects.toMatchObject({
      hint: expect.stringContaining(guess),
    });
  });

  test('for a dimension too', async () => {
    logs.writeRecords('typo.jsonl', [record('r1')]);
    await expect(logs.read({ files: ['typo.jsonl'], segments: { locale: 'context.local' } })).rejects.toMatchObject({
      exitCode: 5,
      message: 'typo.jsonl: no record has the field context.local, which requests.segments.locale names',
      hint: expect.stringContaining('did you mean context.locale?'),
    });
  });

  test('but not where one of several files has it', async () => {
    logs.writeRecords('with-1.jsonl', [record('r1')]);
    logs.writeRecords('with-2.jsonl', [record('r2', { context: undefined })]);
    const { totals } = await logs.read({ files: ['with-*.jsonl'], segments: { locale: 'context.locale' } });
    expect(totals.accepted).toBe(2);
  });
});

test('a log in which every record has a fault of its own is an error that counts them', async () => {
  logs.writeRecords('faults.jsonl', [record('r1', { user_id: '' }), record('', {}), record('r3', { timestamp: 'x' })]);
  await expect(logs.read({ files: ['faults.jsonl'] })).rejects.toMatchObject({
    exitCode: 5,
    message: expect.stringContaining('none of 3 records can be used (3 rejected)'),
  });
});

test('a log outside the window is an error that names the window', async () => {
  logs.writeRecords('past.jsonl', [record('r1')]);
  await expect(logs.read({ files: ['past.jsonl'], from: '2027-01-01' })).rejects.toMatchObject({
    exitCode: 5,
    message: expect.stringContaining('1 outside the time from 2027-01-01 to any'),
  });
});
