import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { quoteLiteral } from '../../../src/database/database.ts';
import { labelSql } from '../../../src/requests/values/label.ts';
import { LogFolder } from '../log-folder.ts';

let logs: LogFolder;
beforeAll(async () => {
  logs = await LogFolder.open();
});
afterAll(() => logs.close());

async function meaning(
  text: string,
  labels: readonly string[],
  names: Readonly<Record<string, string>> = {},
): Promise<unknown> {
  const [row] = await logs.db.rows(
    `SELECT ${labelSql('written', { labels, names })} AS label FROM (SELECT ${quoteLiteral(text)} AS written)`,
  );
  return row?.['label'];
}

describe('a written label', () => {
  test.each([
    ['1.0', ['0', '1'], '1'],
    ['1', ['0', '1'], '1'],
    ['1 ', ['0', '1'], '1'],
    ['+1.000', ['0', '1'], '1'],
    ['1e0', ['0', '1'], '1'],
    ['True', ['0', '1'], '1'],
    ['FALSE', ['0', '1'], '0'],
    ['1.0', ['false', 'true'], 'true'],
    ['True', ['false', 'true'], 'true'],
    ['true', ['False', 'True'], 'True'],
    ['0', ['False', 'True'], 'False'],
    ['3.0', ['1', '2', '3'], '3'],
    ['\trefund\r', ['refund', 'other'], 'refund'],
    ['2', ['1.0', '2.0'], '2.0'],
  ])('%j of %j is %j', async (text, labels, label) => {
    expect(await meaning(text, labels)).toBe(label);
  });

  test.each([
    ['FRAUD', ['fraud', 'legit']],
    ['Refund', ['refund', 'other']],
    ['true', ['yes', 'no']],
    ['true', ['0', '1', '2']],
    ['2', ['0', '1']],
    ['1.100', ['1.1', '1.10']],
    ['9007199254740993', ['9007199254740992', '5']],
    ['1x', ['1', '2']],
    ["it's", ['its']],
  ])('%j means none of %j and stays as it is', async (text, labels) => {
    expect(await meaning(text, labels)).toBe(text);
  });

  test('1.10 and 1.1 are kept apart where both are labels', async () => {
    expect(await meaning('1.10', ['1.1', '1.10'])).toBe('1.10');
    expect(await meaning('1.1', ['1.1', '1.10'])).toBe('1.1');
  });

  test.each(['', '  ', 'NaN', 'nan', 'NULL', 'null', 'None', String.raw`\N`, 'N/A', '<NA>'])(
    '%j says nothing',
    async (text) => {
      expect(await meaning(text, ['a', 'b'])).toBeNull();
    },
  );

  test.each(['None', 'NULL', 'NA'])('%j is one where a label is called so', async (text) => {
    expect(await meaning(text, [text, 'other'])).toBe(text);
  });

  test('a name that the plan gives wins over everything that it could mean otherwise', async () => {
    expect(await meaning('APPROVE', ['fraud', 'legit'], { APPROVE: 'legit' })).toBe('legit');
    expect(await meaning(' APPROVE ', ['fraud', 'legit'], { APPROVE: 'legit' })).toBe('legit');
    expect(await meaning('1', ['0', '1'], { '1': '0' })).toBe('0');
  });
});
