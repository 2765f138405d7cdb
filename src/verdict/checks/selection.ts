import type { CheckResult, Segment } from '../../domain/evidence.ts';
import { formatCount, formatQuantity, formatShare, type Measure } from '../../domain/format-number.ts';
import type { CheckAction } from '../../domain/plan.ts';
import type { Role } from '../../domain/role.ts';
import { listed } from '../listed.ts';
import { segmentPhrase } from '../explain.ts';

/** Records of a version, and how many of them do not count. */
export interface LostRecords {
  readonly records: number;
  readonly lost: number;
}

/** A metric that leaves out more requests of one version than of the other, for certain, and what they could change. */
export interface UnevenSelection {
  readonly metric: string;
  readonly segment: Segment;
  /** Share of each version's requests that are left out, in [0, 1]. */
  readonly baseline: number;
  readonly candidate: number;
  /** What the difference could change at most; Infinity where nothing bounds it. */
  readonly effect: number;
  /** What the interval leaves until its bound. */
  readonly room: number;
  readonly measure: Measure;
  /** What was lost before any metric was computed, where that is what could change this one. */
  readonly lost?: { readonly by: 'where' | 'rejected' } & Readonly<Record<Role, LostRecords>>;
}

/** Share of requests whose truth is known, of those on which the versions gave different answers or the same, where the first is less for certain. */
export interface MissingTruth {
  readonly different: number;
  readonly alike: number;
}

export interface Selection {
  /** Whether anything passed that could rest on a selection. */
  readonly asked: boolean;
  /** The first of each metric and segment is the tightest. */
  readonly uneven: readonly UnevenSelection[];
  readonly missingTruth: MissingTruth | undefined;
}

/**
 * Whether what passes could rest on which requests count: failures, answers without a time and missing labels that depend on
 * the version select the requests that a metric is computed on.
 */
export function selectionCheck(action: CheckAction, { asked, uneven, missingTruth }: Selection): CheckResult {
  const name = 'selection';
  const found = [...(missingTruth === undefined ? [] : [truthText(missingTruth)]), ...uneven.map(unevenText)];
  if (found.length > 0) return { name, status: action, detail: listed(found) };
  return asked
    ? { name, status: 'pass', detail: 'no guardrail passes only because it leaves out requests of one version' }
    : { name, status: 'not-applicable', detail: 'no passing guardrail leaves requests out' };
}

function truthText({ different, alike }: MissingTruth): string {
  return `the truth is known of ${share(different)} of the requests on which the versions differ and of ${share(alike)} of those on which they do not, so quality is not known where it matters; label requests regardless of what a version answered`;
}

function unevenText({ metric, segment, baseline, candidate, effect, room, measure, lost }: UnevenSelection): string {
  const changed = `${metric}${segmentPhrase(segment)}`;
  const [found, it] =
    lost === undefined
      ? [
          `${changed} leaves out ${share(candidate)} of the candidate's requests and ${share(baseline)} of the baseline's (without an answer, a time, a label or an outcome)`,
          'it',
        ]
      : [lostText(lost), changed];
  const allowed = formatQuantity(room, measure).replace('+', '');
  return Number.isFinite(effect)
    ? `${found}, which could change ${it} by ${formatQuantity(effect, measure).replace('+', '')}, but its bound leaves ${allowed}`
    : `${found}, and nothing limits what those could change`;
}

function lostText({ by, baseline, candidate }: NonNullable<UnevenSelection['lost']>): string {
  const what = by === 'where' ? 'requests' : 'records';
  const both = `${lostPart(candidate, ` ${what} of the candidate`)} and ${lostPart(baseline, ' of the baseline')}`;
  return by === 'where' ? `requests.where leaves out ${both}` : `${both} are rejected`;
}

function lostPart({ records, lost }: LostRecords, whose: string): string {
  return `${formatCount(lost)} of ${formatCount(records)}${whose} (${share(lost / records)})`;
}

function share(value: number): string {
  return formatShare(Number(value.toPrecision(3)));
}
