import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bucketerOf } from '../../src/assignment/schemes.ts';
import type { Cell } from '../../src/database/database.ts';
import { rejectedRecords } from '../../src/verdict/checks/rejected-records.ts';
import { LogFolder, record } from './log-folder.ts';

let logs: LogFolder;
beforeAll(async () => {
  logs = await LogFolder.open();
  const users = Array.from({ length: 4_000 }, (_, user) => record(`r${user}`, { user_id: userOf(user) }));
  const again = users.map(({ request_id: id, ...rest }) => ({ ...rest, request_id: `again ${String(id)}` }));
  const badTimes = users.map((each, user) => ({ ...each, request_id: `bad ${user}`, timestamp: 'never' }));
  logs.writeRecords('log.jsonl', [...users, ...again]);
  logs.writeRecords('copies.jsonl.gz', users);
  logs.writeRecords('bad.jsonl', [...users, ...badTimes]);
  logs.writeRecords('conflicts.jsonl', [...users, ...again, ...users.map((each) => ({ ...each, label: 'other' }))]);
  logs.write('unreadable.jsonl', 'no record\n'.repeat(100));
});
afterAll(() => logs.close());

/** Every tenth is not ASCII. */
const userOf = (user: number) => (user % 10 === 0 ? `Zoë ${user} 你好` : `u${user}`);

async function read(files: readonly string[], units: number, salt = 'sample') {
  return await logs.read({ files, sample: { units, salt } });
}

/** Share of the records that is rejected, as the check says it. */
async function rejectedShare(file: string, units: number): Promise<string | undefined> {
  return rejectedRecords((await read([file], units)).files, { format: 'canary', maxRejected: 0.01 }).detail.match(
    /\(([\d.]+)%/u,
  )?.[1];
}

async function usersRead(): Promise<readonly Cell[]> {
  return (await logs.db.rows('SELECT DISTINCT unit FROM requests ORDER BY unit')).map(({ unit }) => unit ?? null);
}

describe('a sample of users', () => {
  test('has exactly the users whom the scheme md5 would take, each with all requests', async () => {
    const { totals } = await read(['log.jsonl'], 0.13, 'any');
    const bucketOf = bucketerOf({ scheme: 'md5', salt: 'any' });
    const expected = Array.from({ length: 4_000 }, (_, user) => userOf(user)).filter((user) => bucketOf(user) < 0.13);
    expect(new Set(await usersRead())).toEqual(new Set(expected));
    expect(expected.length).toBeGreaterThan(400);
    expect(totals).toMatchObject({ rows: 8_000, accepted: 2 * expected.length, units: expected.length });
    expect(totals.unsampled).toBe(8_000 - totals.accepted);
  });

  test('contains each smaller one of the same salt, and another salt takes others', async () => {
    await read(['log.jsonl'], 0.02);
    const small = await usersRead();
    await read(['log.jsonl'], 0.2);
    const large = new Set(await usersRead());
    expect(small.every((user) => large.has(user))).toBe(true);
    await read(['log.jsonl'], 0.02, 'another');
    const others = new Set(await usersRead());
    expect(small.filter((user) => others.has(user)).length).toBeLessThan(small.length / 4);
  });

  test('has as many of the canary as the log', async () => {
    await read(['log.jsonl'], 0.25);
    const bucketOf = bucketerOf({ scheme: 'murmur3', salt: 'sample' });
    const sampled = await usersRead();
    const share = sampled.filter((user) => bucketOf(String(user)) < 0.1).length / sampled.length;
    expect(Math.abs(share - 0.1)).toBeLessThan(4 * Math.sqrt(0.09 / sampled.length));
  });

  test('accounts for every line, copies and rejects among them', async () => {
    const { totals, files } = await read(['log.jsonl', 'copies.jsonl.gz', 'bad.jsonl', 'unreadable.jsonl'], 0.1);
    const { rows, accepted, rejected, collapsed, unsampled } = totals;
    expect(rows).toBe(8_000 + 4_000 + 8_000 + 100);
    expect(accepted + rejected + collapsed + unsampled).toBe(rows);
    expect(rejected).toBe(4_000 + 100);
    expect(files.map((file) => (file.unsampled ?? 0) > 0)).toEqual([true, true, true, false]);
  });

  test('of all users is the whole log', async () => {
    const { totals } = await read(['log.jsonl'], 1);
    expect(totals).toMatchObject({ accepted: 8_000, unsampled: 0 });
  });

  test('that takes nobody of this log says so', async () => {
    await expect(read(['log.jsonl'], 1e-9)).rejects.toMatchObject({
      exitCode: 5,
      message: 'log.jsonl: none of 8000 records can be used (8000 of users outside requests.sample)',
      hint: 'take a larger share of the users in requests.sample',
    });
  });

  test('hides no rejected records behind those that it does not read', async () => {
    expect(await rejectedShare('bad.jsonl', 1)).toBe('50.00');
    expect(await rejectedShare('bad.jsonl', 0.1)).toBe('50.00');
    expect(await rejectedShare('conflicts.jsonl', 1)).toBe('66.67');
    expect(await rejectedShare('conflicts.jsonl', 0.1)).toBe('66.67');
  });
});
