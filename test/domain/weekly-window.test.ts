import { expect, test } from 'vitest';
import { localTimeText, nextOpening, windowText } from '../../src/domain/stages/weekly-window.ts';
import { readIncreaseWindow } from '../../src/plan/read/stages/increase-window.ts';

function windowOf(written: string) {
  const read = readIncreaseWindow(written);
  if (!read.ok) throw new Error(read.problem);
  return read.value;
}

const office = windowOf('Mon-Fri 09:00-17:00 Europe/Berlin');

test.each([
  ['2026-11-30T08:00:00Z', '2026-11-30T08:00:00.000Z'],
  ['2026-11-30T15:59:59Z', '2026-11-30T15:59:59.000Z'],
  ['2026-11-30T16:00:00Z', '2026-12-01T08:00:00.000Z'],
  ['2026-11-28T12:00:00Z', '2026-11-30T08:00:00.000Z'],
  // Clocks go forward on 2027-03-28.
  ['2027-03-27T12:00:00Z', '2027-03-29T07:00:00.000Z'],
])('at %s the window is next open at %s', (now, opening) => {
  expect(new Date(nextOpening(office, Date.parse(now)) ?? 0).toISOString()).toBe(opening);
});

test('a window is written as it was', () => {
  expect(windowText(office)).toBe('Mon-Fri 09:00-17:00 Europe/Berlin');
  expect(windowText(windowOf('mon,wed 8:00-24:00 UTC'))).toBe('Mon,Wed 08:00-24:00 UTC');
});

test('a time is told in its zone', () => {
  expect(localTimeText(Date.parse('2026-11-30T08:00:00Z'), 'Europe/Berlin')).toBe('Mon 2026-11-30 09:00 Europe/Berlin');
});

test('a range of days may go over Sunday', () => {
  expect(windowOf('Fri-Mon 00:00-24:00 UTC').days).toEqual([0, 4, 5, 6]);
});

test.each([
  ['Mon-Fri 09:00-17:00', 'does not say in which time zone its hours are'],
  ['Mon-Fri 09:00-17:00 Berlin', 'Berlin is not a time zone'],
  ['Mon-Fry 09:00-17:00 UTC', 'Mon-Fry does not name days of the week'],
  ['Mon-Fri 17:00-09:00 UTC', '17:00-09:00 is not a start and a later end on one day'],
  ['always', 'always is not a window of a week'],
])('%s is refused', (written, problem) => {
  expect(readIncreaseWindow(written)).toMatchObject({ ok: false, problem: expect.stringContaining(problem) });
});
