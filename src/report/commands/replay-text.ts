import { countOf, formatCount, formatRanges } from '../../domain/format-number.ts';

/** What the store holds of a version. */
export interface StoredReplay {
  readonly version: string;
  /** Which of several times that it is asked, from 1; absent where it is asked once. */
  readonly asking?: number;
  /** Into how many windows of 8,192 requests the log is cut. */
  readonly windows: number;
  /** Which of them are not there, from 1. */
  readonly missing: readonly number[];
  /** How many windows each machine finished, by its name; null where that is not known. */
  readonly hosts: readonly { readonly host: string | null; readonly windows: number }[];
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
  const lines = versions.map(({ version, asking, windows, missing, hosts, replayed }) => {
    const sent = replayed === 0 ? '' : `, ${countOf(replayed, 'request')} replayed now`;
    const lacking = missing.length === 0 ? '' : `; missing: ${formatRanges(missing)}`;
    const round = asking === undefined ? '' : `, asking ${asking}`;
    return `${version}${round}  ${formatCount(windows - missing.length)} of ${countOf(windows, 'window')}${byHost(hosts)}${sent}${lacking}`;
  });
  const stored =
    prepared === undefined
      ? []
      : [`${countOf(prepared.requests, 'request')} stored in ${countOf(prepared.windows, 'window')}`];
  return [...stored, ...lines, `Store: ${store}`].join('\n');
}

/** More machines than this are counted together. */
const mostHosts = 8;

/** Which machine finished how many, the busiest first; empty where one did it all. */
function byHost(hosts: StoredReplay['hosts']): string {
  if (hosts.length < 2) return '';
  const order = hosts.toSorted((one, other) => other.windows - one.windows);
  const named = order.slice(0, mostHosts).map(({ host, windows }) => `${host ?? 'unknown'} ${formatCount(windows)}`);
  const others = order.slice(mostHosts);
  const rest = others.reduce((sum, { windows }) => sum + windows, 0);
  const more = others.length === 0 ? [] : [`${countOf(others.length, 'other host')} ${formatCount(rest)}`];
  return ` (${[...named, ...more].join(', ')})`;
}
