import type { Metric } from '../../domain/metric.ts';
import type { Role } from '../../domain/role.ts';
import { jackknifeGroups } from '../../stats/estimates/jackknife.ts';
import { type Uncomputable, uncomputable } from '../../stats/result.ts';
import type { Measured } from '../table/estimate.ts';
import type { GroupMetric } from '../table/group-metric.ts';
import { groupMetricOf } from '../families/definitions.ts';
import { comparedGroups, type GroupSide, ownGroupValue, type SideSize } from './group-sides.ts';
import type { JudgedTable } from '../table/judged-table.ts';
import { type Slice, sliceCondition } from '../table/slice.ts';
import type { Subject, TestedQuantity } from '../table/subject.ts';
import { unusableReason } from '../means/mean-measurer.ts';

/** Measures metrics that are jackknifed over groups of units; each side is computed once, however many bounds ask for it. */
export class GroupMeasurer {
  readonly #judged: JudgedTable;
  readonly #known = new Map<string, Promise<GroupSide | Uncomputable>>();

  constructor(judged: JudgedTable) {
    this.#judged = judged;
  }

  async measure({ metric, comparison, slice }: Subject, quantity: TestedQuantity): Promise<Measured> {
    const definition = groupMetricOf(metric);
    if (definition === undefined) throw new RangeError(`${metric.id} is not computed by groups`);
    const canary: Slice = comparison === 'served' ? { ...slice, cohort: 'canary' } : slice;
    if (quantity === 'own') {
      const own = await this.#side(metric, definition, 'candidate', canary, definition.domain('candidate'));
      return own.kind === 'uncomputable' ? own : ownGroupValue(own);
    }
    const stable: Slice = comparison === 'served' ? { ...slice, cohort: 'stable' } : slice;
    const domain = (role: Role) => (comparison === 'paired' ? definition.pairedDomain : definition.domain(role));
    const baseline = await this.#side(metric, definition, 'baseline', stable, domain('baseline'));
    if (baseline.kind === 'uncomputable') return baseline;
    const candidate = await this.#side(metric, definition, 'candidate', canary, domain('candidate'));
    return candidate.kind === 'uncomputable' ? candidate : comparedGroups(baseline, candidate, quantity, comparison);
  }

  #side(
    metric: Metric,
    definition: GroupMetric,
    role: Role,
    slice: Slice,
    domain: string,
  ): Promise<GroupSide | Uncomputable> {
    const within = sliceCondition(slice);
    const key = JSON.stringify([metric.id, role, within, domain]);
    const known = this.#known.get(key) ?? this.#compute(definition, role, within, domain);
    this.#known.set(key, known);
    return known;
  }

  async #compute(
    definition: GroupMetric,
    role: Role,
    within: string,
    domain: string,
  ): Promise<GroupSide | Uncomputable> {
    const { unusable } = definition;
    if (unusable !== undefined) {
      const rows = await this.#judged.db.columns(
        `SELECT (count(*) FILTER (WHERE ${unusable.condition(role)}))::DOUBLE AS unusable, (count(*) FILTER (WHERE ${definition.domain(role)}))::DOUBLE AS counted
         FROM ${this.#judged.name} WHERE ${within}`,
      );
      const [lost = 0, counted = 0] = ['unusable', 'counted'].map((name) => rows.numbers(name)[0]);
      const reason = unusableReason(unusable, role, { unusable: lost, counted });
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
