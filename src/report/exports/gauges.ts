import { holdsVersionNumbers } from '../../domain/told-number.ts';
import { limitOf } from '../../domain/bound.ts';
import type { Comparison, ComparisonNumbers, Evidence, GuardrailResult } from '../../domain/evidence.ts';
import { driftSubject } from '../evidence/drift-cells.ts';
import { isComputed } from '../evidence/harm.ts';
import { segmentName, printableName } from '../words/printable.ts';
import type { FleetEntry } from '../document/fleet.ts';
import type { Report } from '../document/report.ts';

export type Labels = Readonly<Record<string, string>>;
export type Sample = readonly [labels: Labels, value: number];

/** Samples by the name of their gauge. Times are ms and rates proportions, as the label `unit` says. */
export type Gauges = Map<string, { readonly help: string; readonly samples: readonly Sample[] }>;

/** The numbers of a report that monitoring is told. */
export function reportGauges(report: Report): Gauges {
  const gauges: Gauges = new Map();
  addReport(gauges, report);
  return gauges;
}

/** Those of several plans: what each report says, and of every plan the code that it alone would exit with. */
export function fleetGauges(entries: readonly FleetEntry[]): Gauges {
  const gauges: Gauges = new Map();
  for (const { report } of entries) if (report !== undefined) addReport(gauges, report);
  const codes = entries.map(({ planFile, plan, ended, exitCode }): Sample => [
    { plan: printableName(plan ?? planFile), plan_file: printableName(planFile), ended: String(ended) },
    exitCode,
  ]);
  gauges.set('canary_plan_exit_code', { help: 'The code that evaluating the plan alone exits with.', samples: codes });
  return gauges;
}

function addReport(gauges: Gauges, { evidence, looks }: Report): void {
  const common = commonLabels(evidence);
  const add = (name: string, help: string, samples: readonly Sample[]) => {
    if (samples.length === 0) return;
    const labelled = samples.map(([labels, value]): Sample => [{ ...common, ...labels }, value]);
    gauges.set(name, { help, samples: [...(gauges.get(name)?.samples ?? []), ...labelled] });
  };
  addVerdict(evidence, looks.length, add);
  addGuardrails(evidence.guardrails, add);
  addComparisons(evidence.comparisons, add);
  const drift = uniquely(evidence.drift?.features ?? [], (feature) => ({
    field: driftSubject(feature),
    about: feature.about,
  }));
  const distances = drift.map(([labels, { psi }]): Sample => [labels, psi]);
  add('canary_drift_psi', 'Population stability index of a field against the reference.', distances);
  const moves = drift.map(([labels, { moved }]): Sample => [labels, moved ? 1 : 0]);
  add('canary_drift_moved', 'Whether a field moved: 1 if it did.', moves);
  const checks = evidence.checks.map(({ name, status }): Sample => [
    { check: printableName(name) },
    status === 'hold' || status === 'rollback' ? 0 : 1,
  ]);
  add('canary_check_ok', 'Whether a check lets the stage begin: 0 if it holds the stage.', checks);
}

type Add = (name: string, help: string, samples: readonly Sample[]) => void;

function commonLabels({ plan, stage, inputs }: Evidence): Labels {
  return {
    plan: printableName(plan.name),
    stage: printableName(stage.name),
    baseline: printableName(inputs.baseline.version),
    candidate: printableName(inputs.candidate.version),
  };
}

function addVerdict({ verdict, stage, createdAt, cohorts, inputs, rollout }: Evidence, looks: number, add: Add): void {
  const decisions = ['increase', 'hold', 'rollback'] as const;
  const taken = decisions.map((decision): Sample => [{ decision }, decision === verdict.decision ? 1 : 0]);
  add('canary_verdict', 'The verdict: 1 for the decision that was taken, 0 for the others.', taken);
  const alarm =
    'Whether a breach was found that a failed check keeps from being proof: 1 when a person has to look now.';
  add('canary_alarm', alarm, [[{}, verdict.alarm === true ? 1 : 0]]);
  const has = 'Whether the router has the last change of weights: 0 when canary apply has to write it again.';
  add('canary_router_applied', has, [[{}, rollout.applied === false ? 0 : 1]]);
  add('canary_look', 'Which look at the stage this is, counted from 1.', [[{}, stage.look]]);
  add('canary_looks', 'Looks at the rollout in the report.', [[{}, looks]]);
  add('canary_stage_weight_ratio', 'Share of users that the stage gives to the candidate.', [[{}, stage.weight]]);
  add('canary_evaluation_timestamp_seconds', 'When the evaluation was made.', [[{}, Date.parse(createdAt) / 1000]]);
  // Numbers without requests do not tell of every size, and 0 would say that there was nobody.
  const told = (sizes: readonly Sample[]) =>
    holdsVersionNumbers(inputs.format) ? sizes.filter(([, size]) => size > 0) : sizes;
  const requests = cohorts.map((cohort): Sample => [{ cohort: cohort.name }, cohort.requests]);
  add('canary_cohort_requests', 'Requests of a cohort.', told(requests));
  const units = cohorts.map((cohort): Sample => [{ cohort: cohort.name }, cohort.units]);
  add('canary_cohort_units', 'Units (users) of a cohort.', told(units));
}

function addGuardrails(guardrails: readonly GuardrailResult[], add: Add): void {
  const statuses = ['pass', 'breach', 'inconclusive', 'uncomputable', 'not-applicable'] as const;
  const labelled = uniquely(guardrails, ({ metric, segment, bound, unit, onBreach }) => ({
    metric: printableName(metric),
    segment: segmentName(segment),
    bound: bound.kind,
    unit: bound.relative ? 'relative' : unit,
    on_breach: onBreach,
  }));
  const found = labelled.flatMap(([labels, result]) =>
    statuses.map((status): Sample => [{ ...labels, status }, status === result.status ? 1 : 0]),
  );
  add('canary_guardrail_status', 'What a guardrail found: 1 for its status, 0 for the others.', found);
  const limits = labelled.map(([labels, { bound }]): Sample => [labels, limitOf(bound.kind, bound.value)]);
  add('canary_guardrail_limit', 'The limit of the tested quantity, with its sign.', limits);
  for (const [key, help] of [
    ['value', 'The tested quantity.'],
    ['low', 'Lower bound of the tested quantity.'],
    ['high', 'Upper bound of the tested quantity.'],
  ] as const) {
    const samples = known(labelled, (result) => result[key]);
    add(`canary_guardrail_${key}`, help, samples);
  }
}

function addComparisons(comparisons: readonly Comparison[], add: Add): void {
  // Segments have their guardrails; every segment of every metric would be more series than a server is glad of.
  const wholes = comparisons.filter(({ segment }) => segment === null).filter(isComputed);
  const labelled = uniquely(wholes, ({ metric, comparison, cohort, unit }) => ({
    metric: printableName(metric),
    comparison,
    cohort,
    unit,
  }));
  for (const [key, name, help] of [
    ['baseline', 'canary_baseline', "The baseline's value."],
    ['candidate', 'canary_candidate', "The candidate's value."],
    ['delta', 'canary_delta', 'Candidate minus baseline.'],
    ['low', 'canary_delta_low', 'Lower bound of candidate minus baseline.'],
    ['high', 'canary_delta_high', 'Upper bound of candidate minus baseline.'],
  ] as const satisfies readonly (readonly [keyof ComparisonNumbers, string, string])[]) {
    const samples = known(labelled, (comparison) => comparison[key]);
    add(name, help, samples);
  }
}

/** Items with their labels; of two that would be one series, the later says which one it is. */
function uniquely<Item>(items: readonly Item[], labelsOf: (item: Item) => Labels): (readonly [Labels, Item])[] {
  const seen = new Map<string, number>();
  return items.map((item) => {
    const labels = labelsOf(item);
    const key = JSON.stringify(labels);
    const times = (seen.get(key) ?? 0) + 1;
    seen.set(key, times);
    return [times === 1 ? labels : { ...labels, copy: String(times) }, item] as const;
  });
}

function known<Item>(
  labelled: readonly (readonly [Labels, Item])[],
  numberOf: (item: Item) => number | undefined,
): Sample[] {
  return labelled.flatMap(([labels, item]): Sample[] => {
    const value = numberOf(item);
    return value === undefined ? [] : [[labels, value]];
  });
}
