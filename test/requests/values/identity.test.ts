import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LogFolder, record } from '../log-folder.ts';

let logs: LogFolder;
beforeAll(async () => {
  logs = await LogFolder.open();
});
afterAll(() => logs.close());

async function units(name: string): Promise<unknown[]> {
  await logs.read({ files: [name] });
  return (await logs.db.rows('SELECT DISTINCT unit FROM requests ORDER BY unit')).map(({ unit }) => unit);
}

describe('a whole number is one id however it was stored', () => {
  test('in JSON', async () => {
    const written = ['101', '101.0', '"101"', '"101.0"', '1.01e2', '" 101 "', '1.01E+02'];
    logs.write(
      'units.jsonl',
      written.map((unit, index) => `${JSON.stringify(record(`r${index}`)).replace('"u1"', unit)}\n`).join(''),
    );
    expect(await units('units.jsonl')).toEqual(['101']);
  });

  test('in CSV beside text ids, which stay as they are', async () => {
    const ids = ['101.0', '101', '0101', 'u1', '1.5', '1.0.0', '-7.0'];
    const lines = ids.map((id, index) => `r${index},2026-11-01T09:00:00Z,${id}`);
    logs.write('units.csv', `request_id,timestamp,user_id\n${lines.join('\n')}\n`);
    expect(await units('units.csv')).toEqual(['-7', '0101', '1.0.0', '1.5', '101', 'u1']);
  });

  test('in a Parquet column of doubles', async () => {
    await logs.db
      .run(`COPY (SELECT 'r' || i AS request_id, '2026-11-01T09:00:00Z' AS "timestamp", (i * 1000003)::DOUBLE AS user_id
      FROM range(1, 4) AS r(i) UNION ALL SELECT 'big', '2026-11-01T09:00:00Z', 4503599627370497::DOUBLE) TO '${logs.path}/units.parquet'`);
    expect(await units('units.parquet')).toEqual(['1000003', '2000006', '3000009', '4503599627370497']);
  });

  test('beyond what a double tells apart, numbers are never made one', async () => {
    const written = ['9007199254740992', '9007199254740993', '18446744073709551616', '18446744073709551617'];
    logs.write(
      'large.jsonl',
      written.map((unit, index) => `${JSON.stringify(record(`r${index}`)).replace('"u1"', unit)}\n`).join(''),
    );
    expect(await units('large.jsonl')).toHaveLength(4);
  });

  test('two spellings of one id are copies of one record', async () => {
    logs.write(
      'copies.jsonl',
      ['7', '7.0'].map((id) => `${JSON.stringify(record('x')).replace('"x"', id)}\n`).join(''),
    );
    const { totals, reading } = await logs.read({ files: ['copies.jsonl'] });
    expect(totals).toMatchObject({ accepted: 1, collapsed: 1 });
    expect(reading.respelled).toBeLessThanOrEqual(1);
  });
});
