import { chmodSync, mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { resolveRequestFiles } from '../../../src/requests/files/request-files.ts';
import { LogFolder, record, needsZstd } from '../log-folder.ts';

let logs: LogFolder;
beforeAll(async () => {
  logs = await LogFolder.open();
  for (const name of [
    'plans/../2026-11-02.jsonl',
    '2026-11-01.jsonl',
    'more/2026-11-03.jsonl.gz',
    'a[1]*.jsonl',
    'day=1/part.jsonl',
  ]) {
    logs.writeRecords(name, [record(name)]);
  }
});
afterAll(() => logs.close());

async function pathsOf(...patterns: string[]): Promise<string[]> {
  return (await resolveRequestFiles(logs.path, patterns)).map(({ path }) => path);
}

async function failure(...patterns: string[]): Promise<unknown> {
  return resolveRequestFiles(logs.path, patterns).then(
    () => undefined,
    (error: unknown) => error,
  );
}

describe('the files of a log', () => {
  test('are sorted by path, whatever the order of the patterns', async () => {
    expect(await pathsOf('more/*.gz', '2026-11-0[12].jsonl')).toEqual([
      '2026-11-01.jsonl',
      '2026-11-02.jsonl',
      'more/2026-11-03.jsonl.gz',
    ]);
  });

  test('are each there once, however many patterns name them', async () => {
    expect(await pathsOf('2026-*.jsonl', './2026-11-01.jsonl', '2026-11-01.jsonl')).toEqual([
      '2026-11-01.jsonl',
      '2026-11-02.jsonl',
    ]);
  });

  test('may be outside the folder of the plan', async () => {
    const files = await resolveRequestFiles(join(logs.path, 'plans'), [
      '../2026-*.jsonl',
      join(logs.path, 'more/2026-11-03.jsonl.gz'),
    ]);
    expect(files.map(({ path }) => path)).toEqual([
      '../2026-11-01.jsonl',
      '../2026-11-02.jsonl',
      '../more/2026-11-03.jsonl.gz',
    ]);
  });

  test('may have names that look like a pattern', async () => {
    const { totals, files } = await logs.read({ files: ['a[1]*.jsonl'] });
    expect(files.map(({ path }) => path)).toEqual(['a[1]*.jsonl']);
    expect(totals.accepted).toBe(1);
  });

  test('take from the names of their folders what their records lack', async () => {
    const { totals } = await logs.read({ files: ['day=1/part.jsonl'], segments: { day: 'day' } });
    expect(totals.accepted).toBe(1);
    expect(await logs.db.rows('SELECT "segment:day" AS day FROM requests')).toEqual([{ day: '1' }]);
  });

  test('are named with the sha256 and length that they have on the disk', async () => {
    logs.write('known.jsonl', '{"request_id":"r1","timestamp":1,"user_id":"u1"}\n');
    const { files } = await logs.read({ files: ['known.jsonl'] });
    expect(files).toEqual([
      {
        path: 'known.jsonl',
        bytes: 49,
        sha256: 'c13ce61142d3eca2c81219cdbebad50469da2f95dcfd7ffd55e348232658275c',
        rows: 1,
        rejected: {},
        collapsed: 0,
      },
    ]);
  });
});

describe('a source that cannot be used is an error of exit 5', () => {
  test('when no file matches, with the folder and the nearest names', async () => {
    const error = await failure('2026-12-*.jsonl');
    expect(error).toMatchObject({ exitCode: 5, message: 'requests.source: no file matches 2026-12-*.jsonl' });
    expect(error).toMatchObject({ hint: expect.stringContaining(logs.path) });
    expect(error).toMatchObject({ hint: expect.stringMatching(/2026-11-0[12]\.jsonl/u) });
  });

  test('when a named file or its folder is not there', async () => {
    expect(await failure('2026-11-4.jsonl')).toMatchObject({
      exitCode: 5,
      hint: expect.stringContaining('2026-11-01.jsonl'),
    });
    expect(await failure('nowhere/*.jsonl')).toMatchObject({ exitCode: 5, hint: expect.stringContaining('nowhere') });
  });

  test.each([
    's3://bucket/requests.jsonl',
    'gs://bucket/*.parquet',
    'https://example.com/requests.jsonl',
    'HTTP://example.com/a.csv',
  ])('when it is %s, since it was not fetched', async (source) => {
    expect(await failure(source)).toMatchObject({
      exitCode: 5,
      message: expect.stringContaining('no such object'),
      hint: expect.stringContaining('copy other files here'),
    });
  });

  test('when a file is empty', async () => {
    logs.write('empty.jsonl', '');
    expect(await failure('empty.jsonl')).toMatchObject({ exitCode: 5, message: 'empty.jsonl: the log is empty' });
  });

  test.each([
    ['blank.jsonl', '\n \n\n'],
    ['header.csv', 'request_id,timestamp,user_id\n'],
  ])('when %s holds no records', async (name, content) => {
    logs.write(name, content);
    await expect(logs.read({ files: [name] })).rejects.toMatchObject({
      exitCode: 5,
      message: expect.stringContaining('holds no records'),
    });
  });

  test('when it is a folder', async () => {
    mkdirSync(join(logs.path, 'folder.jsonl'));
    expect(await failure('folder.jsonl')).toMatchObject({
      exitCode: 5,
      message: expect.stringContaining('is not a file'),
    });
  });

  test('when it is a link to nothing', async () => {
    symlinkSync(join(logs.path, 'gone'), join(logs.path, 'link.jsonl'));
    expect(await failure('link.jsonl')).toMatchObject({ exitCode: 5 });
  });

  // The superuser may read every file.
  test.skipIf(process.getuid?.() === 0)('when it may not be read', async () => {
    logs.writeRecords('secret.jsonl', [record('r1')]);
    chmodSync(join(logs.path, 'secret.jsonl'), 0);
    expect(await failure('secret.jsonl')).toMatchObject({ exitCode: 5, message: expect.stringContaining('EACCES') });
  });

  test('when its name tells no format', async () => {
    logs.write('requests.txt', 'x');
    expect(await failure('requests.txt')).toMatchObject({ exitCode: 5, hint: expect.stringContaining('.parquet') });
  });

  test.each([
    ['fake.jsonl.gz', Buffer.from('{}\n')],
    ['fake.parquet', Buffer.from('PAR1 is not all of it')],
    ['fake.jsonl.zst', Buffer.from('{"request_id":"r1"}\n')],
  ])('when %s is not what its name says', async (name, content) => {
    logs.writeRaw(name, content);
    await expect(logs.read({ files: [name] })).rejects.toMatchObject({
      exitCode: 5,
      message: expect.stringContaining(name),
    });
  });
});

describe('a compressed file that is not whole is an error of exit 5', () => {
  const records = Array.from({ length: 20_000 }, (_, index) => record(`r${index}`, { noise: Math.sin(index) }));

  test.for(['whole.jsonl.gz', 'whole.jsonl.zst'])(
    'where %s is cut, though DuckDB would read the part that is there',
    async (name, { skip }) => {
      needsZstd(name, skip);
      logs.writeRecords(name, records);
      const whole = logs.readRaw(name);
      expect((await logs.read({ files: [name] })).totals.accepted).toBe(20_000);
      for (const length of [whole.length - 1, whole.length - 9, Math.floor(whole.length / 2)]) {
        logs.writeRaw(name, whole.subarray(0, length));
        await expect(logs.read({ files: [name] })).rejects.toMatchObject({
          exitCode: 5,
          message: expect.stringContaining('damaged'),
        });
      }
    },
  );

  test('where bytes of a .gz were changed', async () => {
    logs.writeRecords('changed.jsonl.gz', records);
    const bytes = logs.readRaw('changed.jsonl.gz');
    bytes.fill(7, bytes.length >> 1, (bytes.length >> 1) + 100);
    logs.writeRaw('changed.jsonl.gz', bytes);
    await expect(logs.read({ files: ['changed.jsonl.gz'] })).rejects.toMatchObject({
      exitCode: 5,
      message: expect.stringContaining('damaged'),
    });
  });

  test.for(['parts.jsonl.gz', 'parts.jsonl.zst'])(
    'but not where %s is several compressed files one after another',
    async (name, { skip }) => {
      needsZstd(name, skip);
      logs.writeRecords(name, records.slice(0, 10));
      const first = logs.readRaw(name);
      logs.writeRecords(name, records.slice(10, 20));
      logs.writeRaw(name, Buffer.concat([first, logs.readRaw(name)]));
      expect((await logs.read({ files: [name] })).totals.accepted).toBe(20);
    },
  );
});
