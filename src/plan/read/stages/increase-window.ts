import { type WeeklyWindow, weekdays } from '../../../domain/stages/weekly-window.ts';
import { misreading, reading, shown, type Reading } from '../quantity.ts';

const example = 'Mon-Fri 09:00-17:00 Europe/Berlin';
const hint = `write days, hours and a time zone, such as ${example}`;

/** Reads when an increase may be acted on: days, hours and the time zone that they are of. */
export function readIncreaseWindow(value: unknown): Reading<WeeklyWindow> {
  const parts = typeof value === 'string' ? value.trim().split(/\s+/u) : [];
  const [daysWritten, hoursWritten, timeZone, ...more] = parts;
  if (daysWritten === undefined || hoursWritten === undefined || more.length > 0)
    return misreading(`${shown(value)} is not a window of a week`, hint);
  const days = daysOf(daysWritten);
  if (days === undefined) return misreading(`${daysWritten} does not name days of the week`, hint);
  const hours = hoursOf(hoursWritten);
  if (hours === undefined)
    return misreading(`${hoursWritten} is not a start and a later end on one day`, 'write hours such as 09:00-17:00');
  if (timeZone === undefined)
    return misreading(
      `${shown(value)} does not say in which time zone its hours are`,
      `write ${shown(value)} Europe/Berlin`,
    );
  if (!isTimeZone(timeZone))
    return misreading(
      `${timeZone} is not a time zone`,
      'write the name of one, such as Europe/Berlin, America/New_York or UTC',
    );
  return reading({ days, ...hours, timeZone });
}

/** `Mon-Fri`, `Mon,Wed` or `Tue`; a range may go over Sunday. */
function daysOf(written: string): readonly number[] | undefined {
  const days = new Set<number>();
  for (const part of written.split(',')) {
    const [first, last, ...more] = part.split('-').map(dayOf);
    if (first === undefined || first === -1 || last === -1 || more.length > 0) return undefined;
    const length = last === undefined ? 0 : (last - first + 7) % 7;
    for (let step = 0; step <= length; step += 1) days.add((first + step) % 7);
  }
  return [...days].toSorted((a, b) => a - b);
}

function dayOf(name: string): number {
  return weekdays.findIndex((day) => day.toLowerCase() === name.toLowerCase());
}

function hoursOf(written: string): Pick<WeeklyWindow, 'opens' | 'closes'> | undefined {
  const [opens, closes, ...more] = written.split('-').map(minutesOf);
  if (opens === undefined || closes === undefined || more.length > 0 || opens >= closes) return undefined;
  return { opens, closes };
}

function minutesOf(clock: string): number | undefined {
  const [, hours, minutes] = /^(\d{1,2}):(\d{2})$/u.exec(clock) ?? [];
  const time = Number(hours) * 60 + Number(minutes);
  return Number(minutes) < 60 && time <= 24 * 60 ? time : undefined;
}

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: name }).format(0) !== '';
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}
