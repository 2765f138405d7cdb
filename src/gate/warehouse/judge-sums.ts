import { judgedCohortOf, guardedMetrics } from '../../domain/judged.ts';
import type { CheckResult, CohortSize, Evidence, OutcomeCounts } from '../../domain/evidence.ts';
import { countOf, formatShare } from '../../domain/format-number.ts';
import type { Metric } from '../../domain/metric.ts';
import type { RolloutPlan, Stage } from '../../domain/plan.ts';
import { roles } from '../../domain/role.ts';
import type { SizedSegment } from '../../domain/segments.ts';
import { selectionShares } from '../../metrics/families/selection-shares.ts';
import type { StageScope } from '../../metrics/table/stage-scope.ts';
import { SumsMeasurer } from '../../metrics/warehouse/sums-measurer.ts';
import { type SumsRow, SumsTable } from '../../metrics/warehouse/sums-table.ts';
import { uncomputable } from '../../stats/result.ts';
import { applicableGuardrails } from '../../verdict/applicable.ts';
import { unaskedOfSums } from '../../verdict/checks/unasked-of-sums.ts';
import { judgeStage } from '../judge/judge-stage.ts';
import { subjectOf } from '../judge/judge-test.ts';
import type { JudgedStage } from '../judge/judged-stage.ts';
import type { Beside } from '../look/beside.ts';
import { concludeLook } from '../look/conclude-look.ts';
import { versionFacts } from '../outcomes/timed-version.ts';
import { movedFiles, movedText } from '../rollout/request-prefix.ts';
import type { Rollout } from '../rollout/rollout.ts';
import type { World } from '../world.ts';
import { type ReadSums, readSums } from './read-sums.ts';
import { askedSums } from './sums-question.ts';

/** Judges a stage on the sums that a warehouse added up: no request is read, and no version runs for it. @throws UserError (exit 2 or 5) */
export async function evaluateSums(
  world: World,
  rollout: Rollout,
  stage: Stage,
  previous: Evidence | undefined,
  beside: Beside,
): Promise<Evidence> {
  const { folder, baseline, candidate } = rollout;
  const asked = askedSums(rollout, stage);
  const sums = await readSums(rollout, stage.name, asked.hash);
  const table = new SumsTable(sums.rows);
  const scope = scopeOfSums(table, rollout.plan, stage);
  const judged = judgedOf(table, scope, rollout, stage, { ...asked, sums, now: world.now().toISOString() });
  return await concludeLook(world, rollout, stage, previous, {
    inputs: {
      format: 'sums',
      requests: [sums.facts],
      baseline: versionFacts(baseline),
      candidate: versionFacts(candidate),
    },
    scope,
    // The table of the warehouse grows; whether it still has what it had nobody can see from sums.
    lost: movedText(await movedFiles(folder, previous?.inputs.requests ?? [], { fixed: true })),
    beside,
    judge: async (frozen) => {
      const judgement = await judgeStage(judged, frozen);
      const unasked = new Map(unaskedOfSums(stage, rollout.plan).map((check) => [check.name, check]));
      return { ...judgement, checks: judgement.checks.map((check) => unasked.get(check.name) ?? check) };
    },
  });
}

/** Whom a result is about. */
export function scopeOfSums(table: SumsTable, plan: RolloutPlan, stage: Stage): StageScope {
  const judgedCohort = judgedCohortOf(plan, stage, 'paired');
  const whole = table.rows('size', '', '');
  const [canary, stable] = (['canary', 'stable'] as const).map((name) => sizeOf(name, whole));
  if (canary === undefined || stable === undefined) throw new RangeError('two cohorts');
  const all = { name: 'all', units: canary.units + stable.units, requests: canary.requests + stable.requests } as const;
  const segmentValues = new Map(
    Object.keys(plan.requests.segments).map((dimension) => {
      const counts = sumBySegment(rowsIn(table, dimension, judgedCohort), 'requests');
      return [dimension, new Map(counts)] as const;
    }),
  );
  return {
    judgedCohort,
    comparison: 'paired',
    cohorts: [canary, stable, all],
    segmentValues,
    hours: new Map(),
    outcomes: { baseline: outcomesOf(whole, 'b1', 'b2'), candidate: outcomesOf(whole, 'c1', 'c2') },
  };
}

interface Asked extends Pick<ReturnType<typeof askedSums>, 'untold'> {
  readonly sums: ReadSums;
  readonly now: string;
}

/** What judging a log needs, as far as sums have it. */
function judgedOf(
  table: SumsTable,
  scope: StageScope,
  { plan: whole }: Rollout,
  stage: Stage,
  { untold, sums, now }: Asked,
): JudgedStage {
  const { plan, inapplicable } = applicableGuardrails(whole, stage, 'replay');
  const why = (metric: Metric) => untold(metric) ?? doubtOf(table, plan, metric);
  const measurer = new SumsMeasurer(table, guardedMetrics(plan), why);
  return {
    plan,
    inapplicable,
    stage,
    scope,
    measurer,
    shares: new SumsMeasurer(table, selectionShares(guardedMetrics(plan), 'paired'), why),
    files: [sums.facts],
    now,
    span: { first: null, last: null },
    sizes: segmentSizesOf(table, scope),
    found: [labelsOf(table, plan)],
    hours: async () => await Promise.resolve(uncomputable('sums do not say when requests came')),
    oneSided: async (test) => await isOneSided(table, subjectOf(scope, test)),
    readParity: async () => await Promise.resolve({ numbers: [], incomparable: [], mixes: [], alphaEach: 1 }),
    readDrift: async () => await Promise.resolve(undefined),
  };
}

/** Why what the columns hold cannot be what the plan takes it for: most answers are not labels, too many truths are none, or nobody is ever right. */
function doubtOf(table: SumsTable, { requests }: RolloutPlan, metric: Metric): string | undefined {
  const [log] = table.rows('log', '', '');
  const whole = table.rows('size', '', '');
  if (log === undefined || !['accuracy', 'recall', 'agreement', 'error_rate'].includes(metric.family)) return undefined;
  for (const role of roles) {
    const unread = Number(role === 'baseline' ? log.numbers.b3 : log.numbers.c3);
    const there = Number(totalOf(whole, role === 'baseline' ? 'b1' : 'c1'));
    if (2 * unread > there) return `${role}: ${formatShare(unread / there)} of its answers are not labels of it`;
  }
  if (metric.family !== 'accuracy' && metric.family !== 'recall') return undefined;
  const [unknown, known] = [Number(log.numbers.b2), Number(log.numbers.c2)];
  if (unknown > requests.maxUnknownLabels * known)
    return `${formatShare(unknown / known)} of the true labels are not labels of the versions`;
  const pairs = table.rows('pair', metric.id, '');
  return pairs.length > 0 && totalOf(pairs, 'b1') + totalOf(pairs, 'c1') === 0n
    ? 'neither version is ever right, so the true labels are spelled differently or joined wrongly'
    : undefined;
}

function labelsOf(table: SumsTable, { requests }: RolloutPlan): CheckResult {
  const name = 'labels';
  const [log] = table.rows('log', '', '');
  const [unknown, known] = [Number(log?.numbers.b2 ?? 0n), Number(log?.numbers.c2 ?? 0n)];
  if (known === 0) return { name, status: 'not-applicable', detail: 'the table has no true labels' };
  const found = `${countOf(unknown, 'true label')} of ${known} ${unknown === 1 ? 'is not a label' : 'are not labels'} of the versions`;
  const status = unknown > requests.maxUnknownLabels * known ? 'warn' : 'pass';
  return { name, status, detail: `${found}; sums cannot show whether truth and answers belong together` };
}

/** Whether one version has nothing that a metric could be computed on, and the other has something. */
async function isOneSided(table: SumsTable, { metric, slice }: ReturnType<typeof subjectOf>): Promise<boolean> {
  const [left, right] = await Promise.all(roles.map((role) => table.counts(metric, slice, role)));
  return (left?.counted === 0) !== (right?.counted === 0);
}

/** Every segment with its users who have a pair, the largest first, as of a log. */
function segmentSizesOf(table: SumsTable, { judgedCohort, segmentValues }: StageScope): readonly SizedSegment[] {
  const sized = [...segmentValues.keys()].flatMap((dimension) =>
    sumBySegment(rowsIn(table, dimension, judgedCohort), 'bbc').map(([value, units]) => ({
      segment: { [dimension]: value },
      units,
    })),
  );
  return sized.toSorted((a, b) => b.units - a.units);
}

function rowsIn(table: SumsTable, dimension: string, cohort: string): readonly SumsRow[] {
  return table.rows('size', '', dimension).filter((row) => cohort === 'all' || row.cohort === cohort);
}

/** The largest first, and those of one size by name. */
function sumBySegment(rows: readonly SumsRow[], column: 'requests' | 'bbc'): readonly (readonly [string, number])[] {
  const counts = new Map<string, number>();
  for (const { segment, numbers } of rows) counts.set(segment, (counts.get(segment) ?? 0) + Number(numbers[column]));
  return [...counts].toSorted(
    ([one, left], [other, right]) => right - left || Number(one > other) - Number(one < other),
  );
}

function sizeOf(name: 'canary' | 'stable', whole: readonly SumsRow[]): CohortSize {
  const own = whole.filter(({ cohort }) => cohort === name);
  return { name, units: Number(totalOf(own, 'units')), requests: Number(totalOf(own, 'requests')) };
}

/** Sums do not tell failures apart. */
function outcomesOf(whole: readonly SumsRow[], there: 'b1' | 'c1', failed: 'b2' | 'c2'): OutcomeCounts {
  const failures = Number(totalOf(whole, failed));
  return { requests: Number(totalOf(whole, there)), errors: failures === 0 ? {} : { failed: failures } };
}

function totalOf(rows: readonly SumsRow[], column: keyof SumsRow['numbers']): bigint {
  return rows.reduce((sum, { numbers }) => sum + numbers[column], 0n);
}
