import type { Metric } from '../domain/metric.ts';
import type { Role } from '../domain/role.ts';
import { deleteGroupJackknife, jackknifeGroups } from '../stats/jackknife.ts';
import { smallerSide } from '../stats/linearized.ts';
import { type Uncomputable, uncomputable } from '../stats/result.ts';
import type { Measured } from './estimate.ts';
import type { GroupMetric, LeaveGroupOut } from './group-metric.ts';
import { groupMetricOf } from './group-metrics.ts';
import type { JudgedTable } from './judged-table.ts';
import { type Slice, sliceCondition } from './slice.ts';
import type { Subject, TestedQuantity } from './subject.ts';
import { unusableReason } from './unusable-reason.ts';

/** One version on some requests. */
interface Side extends LeaveGroupOut {
  readonly kind: 'side';
  readonly size: SideSize;
}

interface SideSize {
  readonly units: number;
  readonly requests: number;
  readonly effectiveUnits: number;
  readonly clusterSize: number;
  /** Which of the 50 groups have a unit. */
  readonly hasUnits: readonly boolean[];
}

/** Measures metrics that are jackknifed over groups of units; each side is computed once, however many bounds ask for it. */
export class GroupSampler {
  readonly #judged: JudgedTable;
  readonly #columnOf: (dimension: string) => string;
  readonly #known = new Map<string, Promise<Side | Uncomputable>>();

  constructor(judged: JudgedTable, columnOf: (dimension: string) => string) {
    this.#judged = judged;
    this.#columnOf = columnOf;
  }

  async measure({ metric, comparison, slice }: Subject, quantity: TestedQuantity): Promise<Measured> {
    const definition = groupMetricOf(metric);
    if (definition === undefined) throw new RangeError(`${metric.id} is not computed by groups`);
    const canary: Slice = comparison === 'served' ? { ...slice, cohort: 'canary' } : slice;
    if (quantity === 'own') {
      const own = await this.#side(metric, definition, 'candidate', canary, definition.domain('candidate'));
      return own.kind === 'uncomputable' ? own : ownValueOf(own);
    }
    const stable: Slice = comparison === 'served' ? { ...slice, cohort: 'stable' } : slice;
    const domain = (role: Role) => (comparison === 'paired' ? definition.pairedDomain : definition.domain(role));
    const baseline = await this.#side(metric, definition, 'baseline', stable, domain('baseline'));
    if (baseline.kind === 'uncomputable') return baseline;
    const candidate = await this.#side(metric, definition, 'candidate', canary, domain('candidate'));
    return candidate.kind === 'uncomputable' ? candidate : compared(baseline, candidate, quantity, comparison);
  }

  #side(
    metric: Metric,
    definition: GroupMetric,
    role: Role,
    slice: Slice,
    domain: string,
  ): Promise<Side | Uncomputable> {
    const within = sliceCondition(slice, this.#columnOf);
    const key = JSON.stringify([metric.id, role, within, domain]);
    const known = this.#known.get(key) ?? this.#compute(definition, role, within, domain);
    this.#known.set(key, known);
    return known;
  }

  async #compute(definition: GroupMetric, role: Role, within: string, domain: string): Promise<Side | Uncomputable> {
    const { unusable } = definition;
    if (unusable !== undefined) {
      const rows = await this.#judged.db.columns(
        `SELECT count(*)::DOUBLE AS requests FROM ${this.#judged.name} WHERE ${within} AND (${unusable.condition(role)})`,
      );
      const reason = unusableReason(unusable, role, rows.numbers('requests')[0] ?? 0);
      if (reason !== undefined) return uncomputable(reason);
    }
    const condition = `${within} AND ${domain}`;
    const size = await this.#sizeOf(condition);
    if (size.units === 0) return uncomputable(definition.absent);
    return { kind: 'side', size, ...(await definition.compute(this.#judged, role, condition)) };
  }

  async #sizeOf(condition: string): Promise<SideSize> {
    const rows = await this.#judged.db.columns(
      `SELECT unit_group, count(*)::DOUBLE AS units, sum(own)::DOUBLE AS requests, sum(own * own)::DOUBLE AS squares FROM (
         SELECT unit_index, any_value(jackknife_group) AS unit_group, count(*) AS own
         FROM ${this.#judged.name} WHERE ${condition} GROUP BY unit_index)
       GROUP BY unit_group ORDER BY unit_group`,
    );
    const total = (name: string) => rows.numbers(name).reduce((sum, value) => sum + value, 0);
    const [requests, squares] = [total('requests'), total('squares')];
    const present = new Set(rows.numbers('unit_group'));
    return {
      units: total('units'),
      requests,
      effectiveUnits: requests ** 2 / squares,
      clusterSize: squares / requests,
      hasUnits: Array.from({ length: jackknifeGroups }, (_, group) => present.has(group)),
    };
  }
}

function ownValueOf({ value, without, floorVariance, size }: Side): Measured {
  const { hasUnits, ...counts } = size;
  return deleteGroupJackknife({
    value,
    replicates: without.filter((_, group) => hasUnits[group] === true),
    ...counts,
    counted: { units: counts.units, requests: counts.requests },
    floorVariance: floorVariance * counts.clusterSize ** 2,
  });
}

function compared(
  baseline: Side,
  candidate: Side,
  quantity: 'difference' | 'relative',
  comparison: 'paired' | 'served',
): Measured {
  const relative = quantity === 'relative';
  if (relative && !(baseline.value > 0)) {
    return uncomputable('the baseline is not above zero, so nothing is relative to it');
  }
  const compare = (left: number, right: number) => (relative ? right / left - 1 : right - left);
  const replicates: number[] = [];
  for (let group = 0; group < jackknifeGroups; group += 1) {
    if (baseline.size.hasUnits[group] !== true && candidate.size.hasUnits[group] !== true) continue;
    replicates.push(compare(baseline.without[group] ?? Number.NaN, candidate.without[group] ?? Number.NaN));
  }
  return deleteGroupJackknife({
    value: compare(baseline.value, candidate.value),
    replicates: Float64Array.from(replicates),
    baseline: baseline.value,
    candidate: candidate.value,
    ...sizeOfBoth(baseline.size, candidate.size, comparison),
    floorVariance: floorOfBoth(baseline, candidate, relative, comparison),
  });
}

function sizeOfBoth(baseline: SideSize, candidate: SideSize, comparison: 'paired' | 'served') {
  if (comparison === 'paired') {
    const { hasUnits: _, ...counts } = candidate;
    return { ...counts, counted: { units: counts.units, requests: counts.requests } };
  }
  return {
    units: baseline.units + candidate.units,
    requests: baseline.requests + candidate.requests,
    effectiveUnits: Math.min(baseline.effectiveUnits, candidate.effectiveUnits),
    clusterSize: Math.max(baseline.clusterSize, candidate.clusterSize),
    counted: smallerSide(baseline, candidate),
  };
}

/** In pairs the larger of the two sides' floors, since a change that was not seen may be on either; else both. */
function floorOfBoth(baseline: Side, candidate: Side, relative: boolean, comparison: 'paired' | 'served'): number {
  const [left, right] = [baseline, candidate].map(({ floorVariance, size }) => floorVariance * size.clusterSize ** 2);
  const floor = comparison === 'paired' ? Math.max(left ?? 0, right ?? 0) : (left ?? 0) + (right ?? 0);
  if (!relative) return floor;
  return (floor * Math.max(1, candidate.value / baseline.value) ** 2) / baseline.value ** 2;
}
