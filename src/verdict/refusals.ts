import { countOf, formatCount, formatShare } from '../domain/format-number.ts';
import { areMisread, type HeldLabels, type LogReading } from '../domain/log/log-reading.ts';
import { type Metric, metricTraits } from '../domain/metric.ts';
import { isTriggered } from '../domain/statistics/bounded-metric.ts';
import { type Role, roles } from '../domain/role.ts';
import type { CheckAction } from '../domain/plan.ts';
import type { TruthAgreements } from '../domain/log/truth-agreement.ts';

/** Why something cannot be computed from a log although it has numbers for it, and what to do: clauses. */
export interface Refusal {
  readonly why: string;
  readonly hint: string;
}

export interface Refusals {
  /** Why nothing that is compared with the truth can be computed. */
  readonly truth?: Refusal;
  /** Why nothing about the versions' answers can be computed. */
  readonly answers?: Refusal;
  /** Why it cannot be told how often the versions failed. */
  readonly errors?: Refusal;
  /** Why nobody knows on which requests the versions answer differently. */
  readonly differences?: Refusal;
}

/** What a log that was held against the models keeps from being believed. */
export interface HeldLog {
  readonly reading: LogReading;
  /** Absent while no outcomes are there. */
  readonly agreement?: TruthAgreements;
  readonly versions: Readonly<Record<Role, string>>;
  /** What the registry says of the baseline's own metrics, by their names. */
  readonly registered: Readonly<Record<string, number>>;
  /** Largest share of unknown true labels, in [0, 1]. */
  readonly maxUnknownLabels: number;
  /** Largest share of outcomes of the version in production that cannot be read, in [0, 1]. */
  readonly maxRejected: number;
  /** What labels that may be a version's own answers do. */
  readonly ownLabels: CheckAction;
}

/** What must not be judged from a log: a number that was not measured is none. */
export function refusalsOf(log: HeldLog): Refusals {
  const truth = unknownTruths(log) ?? unrelatedTruths(log);
  const misread = roles.map((role) => misreadAnswers(log, role)).find((found) => found !== undefined);
  const unreadable = roles.map((role) => unreadableOutcomes(log, role)).find((found) => found !== undefined);
  const failed = unreadable ?? everythingFailed(log);
  const errors = failed ?? misreadBaseline(log) ?? statusesOfOne(log);
  const answers = misread ?? failed;
  return {
    ...(truth === undefined ? {} : { truth }),
    ...(answers === undefined ? {} : { answers }),
    ...(errors === undefined ? {} : { errors }),
  };
}

/** Why a metric is refused; undefined where nothing speaks against it. */
export function refusalOf({ truth, answers, errors, differences }: Refusals, metric: Metric): string | undefined {
  if (isTriggered(metric)) return differences?.why;
  if (metric.family === 'error_rate') return errors?.why;
  const traits = metricTraits(metric);
  if (traits.concern !== 'quality') return undefined;
  return (answers ?? (traits.truth ? truth : undefined))?.why;
}

/** The labels that are none, each with how often it is written and the label that it may be. */
export function toldLabels({ examples }: HeldLabels): string {
  return examples
    .map(({ value, requests, nearest }) => {
      const meant = nearest === undefined ? '' : ` (nearest: ${JSON.stringify(nearest)})`;
      return `${JSON.stringify(value)} ${formatCount(requests)}${meant}`;
    })
    .join(', ');
}

function unknownTruths({ reading: { truths }, maxUnknownLabels }: HeldLog): Refusal | undefined {
  if (truths === undefined || truths.unknown === 0 || truths.unknown / truths.requests <= maxUnknownLabels)
    return undefined;
  return {
    why: `${shareOf(truths)} true labels are not labels of the model${suchAs(truths)}`,
    hint: `the log says ${toldLabels(truths)}; name them under requests.labelNames, or under requests.otherLabels if neither version answers them`,
  };
}

function unrelatedTruths({ agreement, versions }: HeldLog): Refusal | undefined {
  if (agreement === undefined) return undefined;
  const { baseline, candidate } = agreement;
  const labelled = baseline.requests + candidate.requests;
  const hint = 'the truth is spelled differently or belongs to other requests';
  if (labelled > 0 && baseline.right === 0 && (candidate.right ?? 0) === 0) {
    return {
      why: `no answer of either version is ever right (${countOf(Math.max(baseline.requests, candidate.requests), 'labelled request')})`,
      hint,
    };
  }
  // Where the baseline always answers the same, only the candidate can show that the truths belong to these requests.
  const deciding = baseline.associated === 'unknown' ? candidate : baseline;
  if (deciding.associated !== 'no') return undefined;
  const version = versions[deciding === baseline ? 'baseline' : 'candidate'];
  const right =
    deciding.right === undefined
      ? ''
      : ` (right on ${formatCount(deciding.right)} of ${countOf(deciding.requests, 'labelled request')})`;
  return {
    why: `the true labels match what ${version} answered no better than by chance${right}`,
    hint,
  };
}

function misreadAnswers({ reading, versions, maxUnknownLabels }: HeldLog, role: Role): Refusal | undefined {
  const held = reading.answers[role];
  if (held === undefined || held.unknown === 0) return undefined;
  // What counts against the version in production counts for the candidate.
  const tooMany = role === 'baseline' ? held.unknown > maxUnknownLabels * held.requests : areMisread(held);
  if (!tooMany) return undefined;
  const areScores =
    held.examples.length > 0 && held.examples.every(({ value }) => Number(value) >= 0 && Number(value) <= 1);
  const why = `${shareOf(held)} answers of ${versions[role]} in the log are not labels of it${suchAs(held)}`;
  if (areScores) {
    const hint = 'if they are scores of the second of two labels, write threshold: 0.5, or the threshold that serves';
    return { why: `${why}: they are scores, which need a threshold`, hint };
  }
  return {
    why,
    hint: `the log says ${toldLabels(held)}; name them under requests.labelNames, or say in requests.fields where the answer is`,
  };
}

/** Answers of the version in production that count as failures although they are labels spelled otherwise, as the candidate's then are. */
function misreadBaseline(log: HeldLog): Refusal | undefined {
  const held = log.reading.answers.baseline;
  return held === undefined || areMisread(held) ? undefined : misreadAnswers(log, 'baseline');
}

function unreadableOutcomes({ reading, versions, maxRejected }: HeldLog, role: Role): Refusal | undefined {
  const outcomes = reading.outcomes[role];
  if (outcomes === undefined || outcomes.unreadable === 0) return undefined;
  const mostAllowed = role === 'baseline' ? maxRejected : 0.5;
  if (outcomes.unreadable <= mostAllowed * outcomes.requests) return undefined;
  const { unreadable, outOfRange = 0, unread } = outcomes;
  const why = `${formatCount(unreadable)} of ${countOf(outcomes.requests, 'outcome')} of ${versions[role]} in the log cannot be read${unread === undefined ? '' : `, such as ${unread}`}`;
  return 2 * outOfRange > unreadable
    ? { why: `${why}: their scores are outside [0, 1]`, hint: 'record probabilities, or leave the scores out' }
    : { why, hint: 'each needs a prediction or an error; say in requests.fields where they are' };
}

/** The version in production does not fail always: what stands in the place of an error says something else. */
function everythingFailed({ reading, versions }: HeldLog): Refusal | undefined {
  const outcomes = reading.outcomes.baseline;
  if (outcomes === undefined || outcomes.requests === 0 || outcomes.failed < outcomes.requests) return undefined;
  const mostly = outcomes.mostly ?? 'error';
  return {
    why: `all ${countOf(outcomes.requests, 'request')} of ${versions.baseline}, which serves now, failed in the log (mostly ${JSON.stringify(mostly)})`,
    hint: 'if that is not a failure, name it under requests.okStatus',
  };
}

function suchAs({ examples: [first] }: HeldLabels): string {
  return first === undefined ? '' : `, such as ${JSON.stringify(first.value)}`;
}

/** Where one version's requests end in statuses of HTTP and the other's in none, what is not an error of the other means something else. */
function statusesOfOne({ reading, versions }: HeldLog): Refusal | undefined {
  const { baseline, candidate } = reading.outcomes;
  if (baseline === undefined || candidate === undefined) return undefined;
  const [telling, without] =
    baseline.statuses > 0 ? (['baseline', 'candidate'] as const) : (['candidate', 'baseline'] as const);
  const [told, silent] = [reading.outcomes[telling], reading.outcomes[without]];
  if (told === undefined || silent === undefined || silent.requests === 0 || silent.statuses > 0) return undefined;
  if (2 * told.statuses <= told.requests) return undefined;
  return {
    why: `the log has the status of ${versions[telling]}'s requests but of none of ${versions[without]}'s`,
    hint: 'name a field in requests.fields.error that shows failures of both versions alike',
  };
}

function shareOf({ unknown, requests }: HeldLabels): string {
  return `${formatCount(unknown)} of ${formatCount(requests)} (${formatShare(unknown / requests)})`;
}
