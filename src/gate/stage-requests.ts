import type { RequestFileFacts } from '../domain/request-file-facts.ts';
import type { LogReading } from '../domain/log-reading.ts';
import { type Role, roles } from '../domain/role.ts';
import type { RolloutPlan, Stage } from '../domain/plan.ts';
import { thresholdsOf } from '../domain/threshold.ts';
import { guardedMetrics } from '../metrics/compare.ts';
import type { OutcomeSource } from '../metrics/judged-table.ts';
import { numbersOf } from '../metrics/numbers-of.ts';
import { ownOutput } from '../domain/label-map.ts';
import { translateRecorded } from '../requests/translate-labels.ts';
import { noNumbers } from '../requests/wanted-numbers.ts';
import type { NumberedVersion } from '../plan/lint/resolve-version.ts';
import type { RequestIdentity } from '../replay/outcome-key.ts';
import type { Database } from '../requests/database.ts';
import type { ReadOptions, ValueReading } from '../requests/read-options.ts';
import type { LabelReading } from '../requests/values/label.ts';
import { readRequests } from '../requests/read-requests.ts';
import type { RequestTotals } from '../requests/request-totals.ts';
import { requireRecordedScores } from './outcomes/threshold-answers.ts';
import type { Rollout } from './rollout.ts';
import { servedAs } from './served-as.ts';

/** A stage's requests, which are now the database's table `requests`. */
export interface StageRequests {
  readonly files: readonly RequestFileFacts[];
  readonly totals: RequestTotals;
  readonly reading: LogReading;
  /** What a replay of them depends on. */
  readonly identity: RequestIdentity;
  /** How the log was read where that does not go without saying, a clause each. */
  readonly notes: readonly string[];
}

/** How a stage's log is read: its own source and window where it has one, else the plan's. */
export function readOptionsOf(
  rollout: Pick<Rollout, 'plan' | 'folder' | 'registry' | 'baseline' | 'candidate'>,
  stage: Pick<Stage, 'source' | 'from' | 'to'>,
  sources: Readonly<Record<Role, OutcomeSource>>,
): ReadOptions {
  const { plan, folder, baseline, candidate } = rollout;
  const { format, fields, segments, answers, component, where, labelsMatureAfterMs } = plan.requests;
  if (format === 'aggregates') throw new RangeError('numbers have no requests to read');
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
    files: stage.source ?? plan.requests.source,
    fields,
    segments,
    where,
    labelsMatureAfterMs,
    from: stage.from ?? plan.requests.from,
    to: stage.to ?? plan.requests.to,
    recorded: {
      ...(recorded('baseline') ? { baseline: baseline.version } : {}),
      ...(recorded('candidate') ? { candidate: candidate.version } : {}),
    },
    numbers: numbersOf(guardedMetrics(plan), candidate.entry.signature.output),
    input: replays,
    ordered: replays,
  };
}

/** Reads the requests of a stage. */
export async function readStageRequests(
  db: Database,
  rollout: Pick<Rollout, 'plan' | 'folder' | 'registry' | 'baseline' | 'candidate'>,
  stage: Stage,
  sources: Readonly<Record<Role, OutcomeSource>>,
): Promise<StageRequests> {
  const options = readOptionsOf(rollout, stage, sources);
  const { format, fields, from, to, where, labelsMatureAfterMs } = options;
  const { versions, component } = rollout.plan.requests;
  const log = await readRequests(db, options);
  requireRecordedScores(rollout, log.reading);
  const { output } = rollout.candidate.entry.signature;
  const translation = output.kind === 'classification' ? output.translation : undefined;
  if (translation !== undefined && sources.candidate.predictions === 'recorded') {
    await translateRecorded(db, 'candidate', translation, options.numbers ?? noNumbers);
  }
  return {
    files: log.files,
    totals: log.totals,
    reading: log.reading,
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
    notes: log.notes,
  };
}

/** What the values in a log may be: the labels of the versions, what the plan calls them, and those that neither version answers. */
export function valueReadingOf({
  plan: { requests },
  baseline,
  candidate,
}: Pick<Rollout, 'plan' | 'baseline' | 'candidate'>): ValueReading {
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
  if (compared.kind !== 'classification') return { answers, fine: okStatus };
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
  const { served: _pairs, ...fields } = plan.requests.fields;
  return { ...plan, requests: { ...plan.requests, fields } };
}

function labelsOf({ entry }: NumberedVersion): readonly string[] | undefined {
  const output = ownOutput(entry.signature.output);
  return output.kind === 'classification' ? output.labels : undefined;
}
