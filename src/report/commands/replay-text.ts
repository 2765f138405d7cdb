import { countOf, formatCount } from '../../domain/format-number.ts';

/** What the store holds of a version. */
export interface StoredReplay {
  readonly version: string;
  /** Into how many windows of 8,192 requests the log is cut. */
  readonly windows: number;
  /** Which of them are not there, from 1. */
  readonly missing: readonly number[];
  /** How many requests this command sent. */
  readonly replayed: number;
}

export interface StoredReplays {
  readonly store: string;
  readonly versions: readonly StoredReplay[];
  readonly complete: boolean;
}

/** What a replay left in the store, a line per version. */
export function replayText({ store, versions }: StoredReplays): string {
  const lines = versions.map(({ version, windows, missing, replayed }) => {
    const sent = replayed === 0 ? '' : `, ${countOf(replayed, 'request')} replayed now`;
    const lacking = missing.length === 0 ? '' : `; missing: ${listed(missing)}`;
    return `${version}  ${formatCount(windows - missing.length)} of ${countOf(windows, 'window')}${sent}${lacking}`;
  });
  return [...lines, `Store: ${store}`].join('\n');
}

/** Most ranges of windows that a message names. */
const mostListed = 12;

/** Numbers that rise, as ranges: `1-3, 7`. */
export function listed(numbers: readonly number[]): string {
  const ranges: [number, number][] = [];
  for (const number of numbers) {
    const last = ranges.at(-1);
    if (last !== undefined && last[1] === number - 1) last[1] = number;
    else ranges.push([number, number]);
  }
  const texts = ranges.map(([from, to]) => (from === to ? String(from) : `${from}-${to}`));
  const rest = texts.length - mostListed;
  return rest > 0 ? `${texts.slice(0, mostListed).join(', ')} and ${rest} more` : texts.join(', ');
}
