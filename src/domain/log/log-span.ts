/** When the requests of a log came, without those that are far from all others. Times are ISO 8601 in UTC; null where there is none. */
export interface LogSpan {
  readonly first: string | null;
  readonly last: string | null;
  /** The requests that are far away, and the time of one of them; absent where there are none. */
  readonly stray?: { readonly requests: number; readonly example: string };
}

/** Requests that came within one minute. Times are ms since 1970. */
export interface BusyMinute {
  readonly first: number;
  readonly last: number;
  readonly requests: number;
}

/** Largest share of the requests that may be stray at either end. */
const mostStray = 0.02;

/** With fewer requests nothing tells a stray one from a quiet hour. */
const fewestRequests = 20;

/** A gap to stray requests is longer than so much of what all others span, and than so many times the longest gap among them. */
const shareOfSpan = 0.25;
const timesLongestGap = 2;

/**
 * From the first to the last request, but for up to 2% at either end that a gap keeps from all others: a wrong clock, a line of last
 * year, a test of next month. The gap is longer than a quarter of what the middle spans and than twice the longest gap in it, so that nights
 * and weekends are none.
 * @param minutes every minute that has requests, in order.
 */
export function logSpan(minutes: readonly BusyMinute[]): LogSpan {
  const total = minutes.reduce((sum, { requests }) => sum + requests, 0);
  const few = total < fewestRequests ? 0 : Math.ceil(mostStray * total);
  const start = within(minutes, few);
  const end = minutes.length - within(minutes.toReversed(), few);
  const middle = minutes.slice(start, end);
  const [from, to] = [middle[0], middle.at(-1)];
  if (from === undefined || to === undefined)
    return { first: isoTime(minutes[0]?.first), last: isoTime(minutes.at(-1)?.last) };
  const gaps = middle.slice(1).map(({ first }, index) => first - (middle[index]?.last ?? first));
  const longest = gaps.reduce((most, gap) => Math.max(most, gap), 60_000);
  const far = Math.max(shareOfSpan * (to.last - from.first), timesLongestGap * longest);
  let [low, high] = [start, end];
  while (low > 0 && gapBefore(minutes, low) <= far) low -= 1;
  while (high < minutes.length && gapBefore(minutes, high) <= far) high += 1;
  const stray = [...minutes.slice(0, low), ...minutes.slice(high)];
  const [example] = stray;
  return {
    first: isoTime(minutes[low]?.first),
    last: isoTime(minutes[high - 1]?.last),
    ...(example === undefined
      ? {}
      : {
          stray: {
            requests: stray.reduce((sum, { requests }) => sum + requests, 0),
            example: isoTime(example.first) ?? '',
          },
        }),
  };
}

/** How many of the first minutes have no more requests than that together. */
function within(minutes: readonly BusyMinute[], requests: number): number {
  let left = requests;
  return minutes.findIndex((minute) => (left -= minute.requests) < 0);
}

function gapBefore(minutes: readonly BusyMinute[], index: number): number {
  return (minutes[index]?.first ?? Number.NaN) - (minutes[index - 1]?.last ?? Number.NaN);
}

function isoTime(ms: number | undefined): string | null {
  return ms === undefined ? null : new Date(ms).toISOString();
}
