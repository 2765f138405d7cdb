import type { Segment } from '../../domain/evidence.ts';
import { countOf, formatCount, formatQuantity, formatShare } from '../../domain/format-number.ts';
import type { MetricUnit } from '../../domain/metric.ts';
import type { Decision } from '../../domain/registry.ts';
import { minute, segmentName, printableName } from '../words/printable.ts';
import { fields, page, paragraph, section, paintOf, type Style, symbolsOf } from '../words/style.ts';
import { type Column, numeric, table } from '../words/table.ts';

/** What simulated rollouts of a plan came to: what `canary simulate` shows. */
export interface SimulationReview {
  readonly plan: string;
  readonly model: string;
  /** Whether each request had both versions' outcomes or one. */
  readonly comparison: 'paired' | 'served';
  readonly log: { readonly requests: number; readonly users: number; readonly from: string; readonly to: string };
  readonly seed: number;
  readonly runs: number;
  readonly looks: number;
  readonly effects: readonly PlantedReview[];
  readonly outcomes: Readonly<Record<Decision, SimulatedShare>>;
  readonly stages: readonly SimulatedStage[];
  readonly exposedRequests: SimulatedSpread;
  readonly exposedUsers: SimulatedSpread;
  readonly harmedUsers: SimulatedSpread;
}

/** An effect, and the candidate's value without and with it. */
export interface PlantedReview {
  readonly written: string;
  readonly metric: string;
  readonly segment: Segment;
  readonly unit: MetricUnit;
  readonly from: number;
  readonly to: number;
}

/** A share of all simulated rollouts; `low` and `high` are what the number of runs leaves open, at 95%. */
export interface SimulatedShare {
  readonly count: number;
  readonly share: number;
  readonly low: number;
  readonly high: number;
}

export interface SimulatedStage {
  readonly name: string;
  readonly weight: number;
  readonly reached: number;
  readonly increase: SimulatedShare;
  readonly hold: SimulatedShare;
  readonly rollback: SimulatedShare;
  readonly medianLooks?: number;
}

export interface SimulatedSpread {
  readonly median: number;
  readonly p90: number;
  readonly max: number;
}

/** Simulated rollouts as a person reads them. */
export function simulationText(review: SimulationReview, style: Style): string {
  return page([
    section(`Simulated rollouts of plan ${printableName(review.plan)}`, [header(review, style)], style),
    section('Of all rollouts', [outcomeTable(review, style)], style),
    section('Stage by stage', [stageTable(review, style)], style),
    section('Until the decision', [exposureTable(review, style)], style),
    [...conclusions(review), ...caveats(review)].map((line) => paragraph(line, style)).join('\n'),
  ]);
}

function header({ log, runs, looks, seed, effects, comparison }: SimulationReview, style: Style): string {
  const { arrow } = symbolsOf(style);
  const planted = effects.map(
    ({ metric, segment, unit, from, to }) =>
      `${printableName(metric)}${segment === null ? '' : ` for ${segmentName(segment)}`} ${formatQuantity(from, unit)} ${arrow} ${formatQuantity(to, unit)}`,
  );
  return fields(
    [
      [
        'log',
        `${countOf(log.requests, 'request')} by ${countOf(log.users, 'user')}, ${minute(log.from)} to ${minute(log.to)} UTC`,
      ],
      ['rollouts', `${formatCount(runs)}, ${countOf(looks, 'look')} each while the log grows (seed ${seed})`],
      ['candidate', candidateText(comparison)],
      ['planted', planted.length === 0 ? 'nothing: this is the false-alarm check' : planted.join('; ')],
    ],
    style,
  );
}

function candidateText(comparison: SimulationReview['comparison']): string {
  return comparison === 'paired'
    ? "each drawn user's recorded outcomes, with the two versions swapped at random: nothing really differs except what is planted"
    : 'the recorded outcomes of the drawn users in the canary: nothing really differs except what is planted';
}

const outcomeWords: Readonly<Record<Decision, string>> = {
  increase: 'every stage entered',
  hold: 'still held when the log ended',
  rollback: 'rolled back',
};

function outcomeTable({ outcomes }: SimulationReview, style: Style): string {
  const columns: readonly Column[] = [
    { header: 'outcome', align: 'left', heading: true, shrinksTo: 14 },
    ...numeric('rollouts', 'share', '95% interval'),
  ];
  const rows = (['increase', 'hold', 'rollback'] as const).map((decision) => {
    const { count, share, low, high } = outcomes[decision];
    return {
      cells: [
        painted(decision, outcomeWords[decision], style),
        formatCount(count),
        percent(share),
        `${percent(low)} to ${percent(high)}`,
      ],
    };
  });
  return table(columns, rows, style);
}

function painted(decision: Decision, text: string, style: Style): string {
  const { good, bad, unsure } = paintOf(style);
  return { increase: good, hold: unsure, rollback: bad }[decision](text);
}

function stageTable({ stages }: SimulationReview, style: Style): string {
  const columns: readonly Column[] = [
    { header: 'stage', align: 'left', heading: true, shrinksTo: 12 },
    ...numeric('weight', 'reached', 'increase', 'hold', 'rollback'),
    { header: 'looks', align: 'right', optional: true },
  ];
  const rows = stages.map(({ name, weight, reached, increase, hold, rollback, medianLooks }) => ({
    cells: [
      printableName(name),
      weight === 0 ? 'shadow' : formatShare(weight),
      formatCount(reached),
      ...[increase, hold, rollback].map(({ share }) => (reached === 0 ? '' : percent(share))),
      medianLooks === undefined ? '' : formatCount(medianLooks),
    ],
  }));
  return table(columns, rows, style);
}

function exposureTable(review: SimulationReview, style: Style): string {
  const columns: readonly Column[] = [
    { header: 'who got the candidate', align: 'left', heading: true, shrinksTo: 14 },
    ...numeric('median', '90% at most', 'most'),
  ];
  const rows = [
    spreadRow('requests exposed', review.exposedRequests),
    spreadRow('users exposed', review.exposedUsers),
    ...(review.effects.length === 0 ? [] : [spreadRow('users harmed', review.harmedUsers)]),
  ];
  return table(columns, rows, style);
}

function spreadRow(name: string, { median, p90, max }: SimulatedSpread) {
  return { cells: [name, formatCount(median), formatCount(p90), formatCount(max)] };
}

function conclusions({ effects, outcomes, stages, runs }: SimulationReview): string[] {
  const { increase, hold, rollback } = outcomes;
  if (effects.length === 0) {
    return [
      `False alarms: ${formatCount(rollback.count)} of ${countOf(runs, 'harmless rollout')} (${percent(rollback.share)}) were rolled back.`,
      ...(hold.share > 0.5
        ? [
            `${percent(hold.share)} of them never finished on this log, most at ${stuck(stages)}: canary plan says which guardrail needs more data.`,
          ]
        : []),
    ];
  }
  const seen = `With this effect ${percent(rollback.share)} of the rollouts are rolled back, ${percent(hold.share)} are held and ${percent(increase.share)} go through.`;
  return [
    seen,
    ...(increase.count > 0
      ? ['A harmful candidate that goes through harms every later user too: these numbers end with the decision.']
      : []),
  ];
}

function stuck(stages: readonly SimulatedStage[]): string {
  const worst = stages.toSorted((a, b) => b.hold.count - a.hold.count)[0];
  return printableName(worst?.name ?? '');
}

function caveats({ comparison }: SimulationReview): string[] {
  if (comparison === 'paired') return [];
  return [
    'Each request of this log has one outcome, so there is no shadow stage: each stage is judged on the split of the one before it.',
  ];
}

/** A share to a tenth of a percent: no number of runs tells more. */
function percent(share: number): string {
  return `${Number((share * 100).toFixed(1))}%`;
}
