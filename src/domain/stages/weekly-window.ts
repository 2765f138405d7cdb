/** Hours of some days of the week, in a time zone. */
export interface WeeklyWindow {
  /** Days of the week, 0 for Monday to 6 for Sunday. */
  readonly days: readonly number[];
  /** Minutes of the day: from the first on, and before the last; up to 1440. */
  readonly opens: number;
  readonly closes: number;
  /** IANA name, such as `Europe/Berlin`. */
  readonly timeZone: string;
}

export const weekdays = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] as const;

const minute = 60_000;
/** A week and the hour that a change of the clocks may add. */
const longestWait = (7 * 24 + 1) * 60;

/**
 * The first minute from a time on that lies in the window.
 * @param at ms since 1970
 * @returns ms since 1970: `at` itself where it lies in the window; undefined for a window that no week has.
 */
export function nextOpening(window: WeeklyWindow, at: number): number | undefined {
  const read = localTimes(window.timeZone);
  if (isOpen(window, read(at))) return at;
  const start = Math.ceil(at / minute) * minute;
  for (let waited = 0; waited <= longestWait; waited += 1) {
    const time = start + waited * minute;
    if (isOpen(window, read(time))) return time;
  }
  return undefined;
}

interface LocalTime {
  readonly day: number;
  readonly minute: number;
}

function isOpen({ days, opens, closes }: WeeklyWindow, local: LocalTime): boolean {
  return days.includes(local.day) && local.minute >= opens && local.minute < closes;
}

/** Tells the day of the week and the minute of the day in a time zone. */
function localTimes(timeZone: string): (at: number) => LocalTime {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  return (at) => {
    const parts = new Map(format.formatToParts(at).map(({ type, value }) => [type, value]));
    const day = weekdays.findIndex((name) => name === parts.get('weekday'));
    return { day, minute: Number(parts.get('hour')) * 60 + Number(parts.get('minute')) };
  };
}

/** `Mon-Fri 09:00-17:00 Europe/Berlin`, as a plan writes it. */
export function windowText({ days, opens, closes, timeZone }: WeeklyWindow): string {
  return `${daysText(days)} ${clock(opens)}-${clock(closes)} ${timeZone}`;
}

/** `Mon 2026-11-30 09:00 Europe/Berlin` */
export function localTimeText(at: number, timeZone: string): string {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone,
    weekday: 'short',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).formatToParts(at);
  const part = (wanted: string) => parts.find(({ type }) => type === wanted)?.value ?? '';
  return `${part('weekday')} ${part('year')}-${part('month')}-${part('day')} ${part('hour')}:${part('minute')} ${timeZone}`;
}

/** Days that follow each other as `Mon-Fri`, others as `Mon,Wed`. */
function daysText(days: readonly number[]): string {
  const [first = 0, last = first] = [days[0], days.at(-1)];
  const isRange = days.length > 2 && days.every((day, index) => day === first + index);
  return isRange ? `${weekdays[first]}-${weekdays[last]}` : days.map((day) => weekdays[day]).join(',');
}

function clock(minutes: number): string {
  return `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
}
