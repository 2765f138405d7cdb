import { misreading, reading, type Reading } from './quantity.ts';

const written = /^(\d{4}-\d{2}-\d{2})(?:[Tt ](\d{2}:\d{2})(:\d{2}(?:\.\d{1,9})?)?([Zz]|[+-]\d{2}:?\d{2})?)?$/u;

/**
 * Reads an ISO 8601 date or time; UTC where it names no offset, so that the plan means the same on every machine.
 * @returns the moment in UTC with milliseconds, `2026-11-01T09:00:00.000Z`.
 */
export function readTime(value: string): Reading<string> {
  const hint = 'write a date or a time such as 2026-11-01 or 2026-11-01T09:00:00Z';
  const [, date, clock = '00:00', seconds = ':00', offset = 'Z'] = written.exec(value) ?? [];
  if (date === undefined) return misreading(`${value} is not a time`, hint);
  if (!isCalendarDate(date)) return misreading(`${value} names a day that does not exist`, hint);
  const zone = offset.toUpperCase().replace(/(\d{2})(\d{2})$/u, '$1:$2');
  const moment = new Date(`${date}T${clock}${seconds}${zone}`);
  if (Number.isNaN(moment.getTime())) return misreading(`${value} names an hour that does not exist`, hint);
  return reading(moment.toISOString());
}

/** Whether `YYYY-MM-DD` is a day of the calendar; 30 February is not. */
export function isCalendarDate(date: string): boolean {
  const midnight = new Date(`${date}T00:00:00Z`);
  return !Number.isNaN(midnight.getTime()) && midnight.toISOString().startsWith(date);
}
