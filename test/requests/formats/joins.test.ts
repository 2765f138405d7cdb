import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Database } from '../../../src/database/database.ts';
import { readRequests } from '../../../src/requests/read-requests.ts';
import { defaultFields, LogFolder } from '../log-folder.ts';
import { formatFixtures, importOptions } from './import-fixture.ts';

let logs: LogFolder;
beforeAll(async () => {
  logs = await LogFolder.open();
});
afterAll(() => logs.close());

/** A database that writes down how each statement will be run. */
function explaining(db: Database, plans: string[]): Database {
  const explained = async (sql: string) => {
    if (/^(?:INSERT|SELECT|CREATE)/u.test(sql.trim())) {
      const rows = await db.rows(`EXPLAIN (FORMAT json) ${sql}`);
      plans.push(rows.map((row) => Object.values(row).join('\n')).join('\n'));
    }
  };
  return {
    useCores: () => db.useCores(),
    makeRoomFor: (columns) => db.makeRoomFor(columns),
    run: async (sql) => {
      await explained(sql);
      await db.run(sql);
    },
    rows: async (sql) => {
      await explained(sql);
      return await db.rows(sql);
    },
    columns: (sql) => db.columns(sql),
    stream: (sql) => db.stream(sql),
    append: (table, columns) => db.append(table, columns),
    interrupt: () => db.interrupt(),
    close: () => db.close(),
  };
}

test.each([
  {
    what: 'shadows and ground truths',
    format: 'sagemaker-capture',
    files: ['sagemaker-capture/capture/**/*.jsonl', 'sagemaker-capture/ground-truth/**/*.jsonl'],
    fields: { unit: 'eventMetadata.customAttributes.user_id' },
    servedAs: { AllTraffic: 'baseline', 'intent-shadow': 'candidate' },
  },
  {
    what: 'responses',
    format: 'kserve-logger',
    files: ['kserve-logger/events.jsonl'],
    fields: { unit: 'metadata.x-user-id', label: 'input.label' },
    servedAs: { 'intent-v1': 'baseline', 'intent-v2': 'candidate' },
  },
] as const)('$what find their requests without comparing every line with every other', async (log) => {
  const plans: string[] = [];
  const { format, files, fields, servedAs } = log;
  await readRequests(explaining(logs.db, plans), {
    fields: defaultFields,
    segments: {},
    ordered: false,
    recorded: {},
    ...importOptions(format, fields, { servedAs }),
    format,
    input: true,
    files,
    folder: formatFixtures,
  });
  expect(plans.filter((plan) => plan.includes('HASH_JOIN')).length).toBeGreaterThan(1);
  expect(plans.filter((plan) => /NESTED|BLOCKWISE|NL_JOIN/u.test(plan))).toEqual([]);
});
