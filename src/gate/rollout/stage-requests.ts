import { holdsNumbers } from '../../domain/told-number.ts';
import { type Role, roles } from '../../domain/role.ts';
import { guardedMetrics, planOfStage } from '../../domain/judged.ts';
import type { RolloutPlan } from '../../domain/plan.ts';
import type { SettledPeriod } from '../../domain/stages/period.ts';
import { freeKindOf } from '../../domain/scores/free-answer.ts';
import { thresholdsOf } from '../../domain/threshold.ts';
import type { OutcomeSource } from '../../metrics/table/judged-table.ts';
import { valuesWantedBy } from '../../metrics/families/values-wanted.ts';
import { ownOutput } from '../../domain/label-map.ts';
import { translateRecorded } from '../../requests/table/translate-labels.ts';
import { noWantedValues } from '../../requests/values/wanted-values.ts';
import { type NumberedVersion, resolveVersion } from '../../domain/resolve-version.ts';
import type { RequestIdentity } from '../../replay/store/outcome-key.ts';
import type { Database } from '../../database/database.ts';
import type { ReadOptions, ValueReading } from '../../requests/values/read-options.ts';
import type { LabelReading } from '../../requests/values/label.ts';
import { type RequestFacts, readRequests } from '../../requests/read-requests.ts';
import type { RequestTotals } from '../../requests/table/request-totals.ts';
import { requireRecordedScores } from './threshold-answers.ts';
import type { Rollout } from './rollout.ts';

/** A stage's requests, which are now the database's table `requests`. */
export interface StageRequests extends RequestFacts {
  /** What a replay of them depends on. */
  readonly identity: RequestIdentity;
}

/** How the log of a plan is read, which may be the plan of one stage. */
export function readOptionsOf(
  rollout: Pick<Rollout, 'plan' | 'folder' | 'registry' | 'baseline' | 'candidate'>,
  sources: Readonly<Record<Role, OutcomeSource>>,
  { periods, marks, kept }: ReadFor = {},
): ReadOptions {
  const { plan, folder, baseline, candidate } = rollout;
  const { format, fields, segments, answers, component, where, sample, labelsMatureAfterMs, latencyUnit, decimal } =
    plan.requests;
  const wantedValues = valuesWantedBy(guardedMetrics(plan), candidate.entry.signature.output);
  if (holdsNumbers(format)) throw new RangeError('numbers have no requests to read');
  const differences = wantedValues.differences !== undefined;
  const scores = wantedValues.scores?.some(({ from }) => from === 'computed') === true;
  const replays = roles.some((role) => sources[role].predictions === 'replayed');
  const recorded = (role: Role) => sources[role].predictions === 'recorded' || sources[role].latency === 'recorded';
  return {
    format,
    folder,
    servedAs: servedAs(rollout),
    answers,
    component,
    labels: { baseline: labelsOf(baseline), candidate: labelsOf(candidate) },
    values: valueReadingOf(rollout),
    thresholds: thresholdsOf(plan.threshold, { baseline: baseline.version, candidate: candidate.version }),
    files: plan.requests.source,
    fields,
    segments,
    where,
    sample,
    labelsMatureAfterMs,
    latencyUnit,
    decimal,
    from: plan.requests.from,
    to: plan.requests.to,
    periods,
    marks,
    kept,
    recorded: {
      ...(recorded('baseline') ? { baseline: baseline.version } : {}),
      ...(recorded('candidate') ? { candidate: candidate.version } : {}),
    },
    wantedValues,
    input: differences || (scores && !replays) ? 'optional' : replays,
    ordered: replays || differences || scores,
    apart: true,
  };
}

/** What a log is read for. */
export interface ReadFor extends Pick<ReadOptions, 'marks' | 'kept'> {
  /** Of a live split; all of its requests count where they are not known. */
  readonly periods?: readonly SettledPeriod[] | undefined;
}

/** Reads the requests of a rollout, which may be `ofStage`. */
export async function readStageRequests(
  db: Database,
  rollout: Pick<Rollout, 'plan' | 'folder' | 'registry' | 'baseline' | 'candidate'>,
  sources: Readonly<Record<Role, OutcomeSource>>,
  readFor: ReadFor = {},
): Promise<StageRequests> {
  const options = readOptionsOf(rollout, sources, readFor);
  const { format, fields, from, to, where, labelsMatureAfterMs } = options;
  const { versions, component } = rollout.plan.requests;
  const log = await readRequests(db, options);
  requireRecordedScores(rollout, log.reading);
  const { output } = rollout.candidate.entry.signature;
  const translation = output.kind === 'classification' ? output.translation : undefined;
  if (translation !== undefined && sources.candidate.predictions === 'recorded') {
    await translateRecorded(db, 'candidate', translation, options.wantedValues ?? noWantedValues);
  }
  return {
    ...log,
    identity: {
      files: log.files.map(({ sha256 }) => sha256),
      order: log.order,
      fields,
      from,
      to,
      format,
      versions,
      values: options.values,
      where,
      labelsMatureAfterMs,
      component,
    },
  };
}

/** What the values in a log may be: the labels of the versions, what the plan calls them, and those that neither version answers. */
export function valueReadingOf({ plan, baseline, candidate }: Pick<Rollout, 'plan' | Role>): ValueReading {
  const { requests } = plan;
  const { labelNames: names = {}, otherLabels = [], okStatus = [] } = requests;
  const compared = baseline.entry.signature.output;
  const { output } = candidate.entry.signature;
  const translated = output.kind === 'classification' ? (output.translation?.to ?? {}) : {};
  const own = { baseline: labelsOf(baseline), candidate: labelsOf(candidate) };
  const answers: Partial<Record<Role, LabelReading>> = {};
  for (const role of roles) {
    const labels = own[role];
    if (labels === undefined) continue;
    const known = Object.entries(names).filter(([, label]) => labels.includes(label));
    answers[role] = { labels, names: Object.fromEntries(known) };
  }
  if (compared.kind !== 'classification') return { answers, free: freeKindOf(output), fine: okStatus };
  const foreign = Object.entries(translated).filter(([label]) => !compared.labels.includes(label));
  const labels = new Set([...compared.labels, ...(own.candidate ?? []), ...otherLabels]);
  return {
    truths: { labels: [...labels], names: { ...Object.fromEntries(foreign), ...names } },
    answers,
    fine: okStatus,
  };
}

/**
 * The plan as its log turned out to be: where the records of one version each are pairs in long form, nobody was served by one version
 * alone, and the assignment decides the cohorts.
 */
export function planAsRead(plan: RolloutPlan, { live }: Pick<RequestTotals, 'live'>): RolloutPlan {
  if (live || plan.requests.fields.served === undefined) return plan;
  return planOfStage(plan, { basis: 'replay' });
}

function labelsOf({ entry }: NumberedVersion): readonly string[] | undefined {
  const output = ownOutput(entry.signature.output);
  return output.kind === 'classification' ? output.labels : undefined;
}

/**
 * Which of the two versions each name in a serving system's log is: what the plan's `versions` say, and a version's own
 * number where they say nothing of it. Names of other versions are left out.
 */
export function servedAs(rollout: Pick<Rollout, 'plan' | 'registry' | Role>): Readonly<Record<string, Role>> {
  const { plan, registry, baseline, candidate } = rollout;
  const roleOf: Record<string, Role> = { [baseline.version]: 'baseline', [candidate.version]: 'candidate' };
  for (const [name, written] of Object.entries(plan.requests.versions ?? {})) {
    // What the plan calls a version is that version, also once the alias has moved on.
    const version = written === plan.baseline ? baseline.version : resolveVersion(registry, written)?.version;
    if (version === baseline.version) roleOf[name] = 'baseline';
    else if (version === candidate.version) roleOf[name] = 'candidate';
    else delete roleOf[name];
  }
  return roleOf;
}
