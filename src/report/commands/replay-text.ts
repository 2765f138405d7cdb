import { countOf, formatCount, formatRanges } from '../../domain/format-number.ts';

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
    const lacking = missing.length === 0 ? '' : `; missing: ${formatRanges(missing)}`;
    return `${version}  ${formatCount(windows - missing.length)} of ${countOf(windows, 'window')}${sent}${lacking}`;
  });
  return [...lines, `Store: ${store}`].join('\n');
}
