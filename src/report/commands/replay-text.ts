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
  /** Of a command that stored the requests: how many there are, and in how many windows. */
  readonly prepared?: { readonly requests: number; readonly windows: number };
  readonly versions: readonly StoredReplay[];
  readonly complete: boolean;
}

/** What a replay left in the store, a line per version. */
export function replayText({ store, prepared, versions }: StoredReplays): string {
  const lines = versions.map(({ version, windows, missing, replayed }) => {
    const sent = replayed === 0 ? '' : `, ${countOf(replayed, 'request')} replayed now`;
    const lacking = missing.length === 0 ? '' : `; missing: ${formatRanges(missing)}`;
    return `${version}  ${formatCount(windows - missing.length)} of ${countOf(windows, 'window')}${sent}${lacking}`;
  });
  const stored =
    prepared === undefined
      ? []
      : [`${countOf(prepared.requests, 'request')} stored in ${countOf(prepared.windows, 'window')}`];
  return [...stored, ...lines, `Store: ${store}`].join('\n');
}
