import { unusableFile } from '../../domain/errors.ts';
import type { CheckResult } from '../../domain/evidence.ts';
import { guardedMetrics } from '../../domain/judged.ts';
import type { Metric } from '../../domain/metric.ts';
import type { RolloutPlan } from '../../domain/plan.ts';
import { answerId, answerIds } from '../../domain/remote/answer-id.ts';
import { type CloudwatchSource, seriesFor } from '../../domain/remote/metric-series.ts';
import { roles } from '../../domain/role.ts';
import type { RoleNumber, UntoldNumber } from '../../metrics/role-number.ts';
import type { Answers } from './cloudwatch-answers.ts';
import { aggregated, scaleOf, shareTold, type Told, unitsOf } from './told-parts.ts';

/** What answers come to, and whether they are whole. */
interface AnswerNumbers {
  readonly numbers: readonly RoleNumber[];
  readonly untold: readonly UntoldNumber[];
  readonly checks: readonly CheckResult[];
}

/** A file of answers, as the plan names it. */
export interface AnswerFile {
  readonly source: string;
  readonly answers: Answers;
}

const nothing: CloudwatchSource = { series: [] };

type Series = CloudwatchSource['series'][number]['series'];

/** An id's values of all pages and files by their time. */
type Values = ReadonlyMap<string, number>;

/**
 * Makes the numbers of both versions from what CloudWatch answered.
 * @throws UserError (exit 5) for ids that are not there, a time that has two values, and counts that are not whole numbers
 */
export function numbersOfAnswers(plan: RolloutPlan, files: readonly AnswerFile[]): AnswerNumbers {
  const source = plan.requests.cloudwatch ?? nothing;
  const answers = files.flatMap(({ answers: { results } }) => results);
  const wanted = source.series.flatMap(({ series }) => idsOf(series).flatMap(answerIds));
  requireIds(files, new Set(answers.map(({ id }) => id)), new Set(wanted));
  const valuesOf = valuesById(files, new Set(wanted));
  const numbers: RoleNumber[] = [];
  const untold: UntoldNumber[] = [];
  for (const metric of guardedMetrics(plan)) {
    const series = seriesFor(source, metric)?.series;
    if (series === undefined) continue;
    for (const role of roles) {
      const told = toldOf(metric, series, (written) => {
        const id = answerId(written, role);
        return { id, values: valuesOf.get(id) ?? new Map<string, number>() };
      });
      if ('why' in told) untold.push({ metric, role, why: told.why });
      else numbers.push({ metric, version: role, role, segment: null, ...told, ...unitsOf(source, told.count) });
    }
  }
  return { numbers, untold, checks: [answersCheck(files, new Set(wanted))] };
}

function idsOf(series: Series): readonly string[] {
  switch (series.kind) {
    case 'share':
      return [series.bad, series.total];
    case 'mean':
      return [series.sum, series.count];
    case 'gauge':
      return [series.gauge];
  }
}

function requireIds(files: readonly AnswerFile[], there: ReadonlySet<string>, wanted: ReadonlySet<string>): void {
  const missing = [...wanted].filter((id) => !there.has(id));
  if (missing.length === 0) return;
  const names = files.map(({ source }) => source).join(', ');
  throw unusableFile(`${names}: no answer has the Id ${missing.join(', ')}`, {
    hint: `The Ids there are: ${[...there].join(', ') || 'none'}. Give the queries these Ids, or name others in requests.series.`,
  });
}

/** @throws UserError (exit 5) where a period is counted twice */
function valuesById(files: readonly AnswerFile[], wanted: ReadonlySet<string>): ReadonlyMap<string, Values> {
  const byId = new Map<string, Map<string, number>>();
  for (const { source, answers } of files) {
    for (const { id, values } of answers.results) {
      if (!wanted.has(id)) continue;
      const known = byId.get(id) ?? new Map<string, number>();
      byId.set(id, known);
      for (const [at, value] of values) {
        if (known.has(at))
          throw unusableFile(`${source}: ${id} has two values of ${at}`, { hint: 'keep one of the two answers' });
        known.set(at, value);
      }
    }
  }
  return byId;
}

type Find = (written: string) => { readonly id: string; readonly values: Values };

function toldOf(metric: Metric, series: Series, find: Find): Told {
  switch (series.kind) {
    case 'share': {
      const [all, bad] = [countOf(find(series.total)), countOf(find(series.bad))];
      if (all.count === 0) return { why: `${all.id} counted nothing` };
      if (bad.count > all.count) return { why: `${bad.id} counted ${bad.count}, and ${all.id} ${all.count} alone` };
      return shareTold(metric, bad.count, all.count);
    }
    case 'mean': {
      const [all, sum] = [countOf(find(series.count)), find(series.sum)];
      if (all.count === 0) return { why: `${all.id} counted nothing` };
      if (sum.values.size === 0) return { why: `${sum.id} has no values` };
      return { value: (total(sum.values) / all.count) * scaleOf(series.unit), count: all.count };
    }
    case 'gauge': {
      const { id, values } = find(series.gauge);
      if (values.size === 0) return { why: `${id} has no values` };
      return { value: aggregated([...values.values()], series.aggregate) * scaleOf(series.unit) };
    }
  }
}

/** Where nothing happened there is no value, and nothing was counted. @throws UserError (exit 5) for what is not a count */
function countOf({ id, values }: ReturnType<Find>): { readonly id: string; readonly count: number } {
  for (const [at, value] of values) {
    if (Number.isSafeInteger(value) && value >= 0) continue;
    throw unusableFile(`requests.source: ${id} has ${value} at ${at}, which is not a count`, {
      hint: 'Ask for the statistic Sum of a metric that is 1 for each request, or for SampleCount; not for Average or a rate.',
    });
  }
  return { id, count: total(values) };
}

function total(values: Values): number {
  return [...values.values()].reduce((sum, value) => sum + value, 0);
}

/** Whether the answers are whole. Of an id with several pages the last says whether that was all. */
function answersCheck(files: readonly AnswerFile[], wanted: ReadonlySet<string>): CheckResult {
  const said = files.flatMap(({ answers: { results, messages } }) => {
    const used = results.filter(({ id }) => wanted.has(id));
    const last = new Map(used.map((each) => [each.id, each]));
    const broken = [...last.values()].filter(({ status }) => status !== 'Complete');
    return [
      ...broken.map(({ id, status }) => `${id} is ${status}`),
      ...messages,
      ...used.flatMap((each) => each.messages),
    ];
  });
  const name = 'answers';
  if (said.length === 0) return { name, status: 'pass', detail: 'CloudWatch answered in full' };
  return { name, status: 'hold', detail: `CloudWatch did not answer in full: ${[...new Set(said)].join('; ')}` };
}
