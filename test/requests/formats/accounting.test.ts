import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Captures, captured, csv, truth } from './capture-records.ts';

let captures: Captures;
beforeAll(async () => {
  captures = await Captures.open();
});
afterAll(() => captures.close());

const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);

/** An event of one of few callers' ids, so that pairs, copies, conflicts and strangers come about by themselves. */
const event = fc.record({
  kind: fc.constantFrom('answer', 'answer', 'answer', 'truth', 'mismatch', 'broken', 'silent'),
  id: fc.nat({ max: 6 }),
  requests: fc.integer({ min: 1, max: 3 }),
  answer: fc.constantFrom('refund', 'other'),
  shadow: fc.boolean(),
});

test('lines and unpacked requests are rows, joined and unmatched lines, whatever a log holds', async () => {
  const property = fc.asyncProperty(fc.array(event, { maxLength: 30 }), async (events) => {
    const first = captured('first', csv('1'), csv('refund'), { inferenceId: 'first' });
    const alone = captured('alone', csv('1'), csv('refund'), { inferenceId: 'alone' });
    const lines = events.map(({ kind, id, requests, answer, shadow }, place) => {
      const body = csv(Array.from({ length: requests }, () => `${id}`).join('\n'));
      const answers = csv(
        Array.from({ length: kind === 'mismatch' ? requests + 1 : requests }, () => answer).join('\n'),
      );
      const metadata = { inferenceId: `r${id}` };
      if (kind === 'truth') return { shadow: false, record: truth(`r${id}`, answers.data) };
      if (kind === 'broken') return { shadow, record: { neither: place } };
      return { shadow, record: captured(`e${id}`, body, kind === 'silent' ? null : answers, metadata) };
    });
    const of = (shadow: boolean) => lines.filter((line) => line.shadow === shadow).map(({ record }) => record);
    // A truth that belongs to the first request, so that some truth always does.
    const { facts } = await captures.read([first, truth('first', 'refund'), ...of(false)], [alone, ...of(true)]);
    const { files, totals } = facts;
    for (const { rows, lines: counts } of files) {
      const { lines: count = 0, unpacked = 0, joined = 0, unmatched = 0 } = counts ?? {};
      expect(count + unpacked).toBe(rows + joined + unmatched);
    }
    expect(sum(files.map((file) => file.lines?.lines ?? 0))).toBe(lines.length + 3);
    expect(totals.accepted + totals.rejected + totals.collapsed + totals.outsideWindow).toBe(totals.rows);
    expect(await captures.logs.db.rows('SELECT count(*) = count(DISTINCT id) AS told_apart FROM requests')).toEqual([
      { told_apart: true },
    ]);
  });
  await fc.assert(property, { numRuns: 40 });
});
