import type { Metric } from '../../domain/metric.ts';
import type { Role } from '../../domain/role.ts';
import {
  influencedValue,
  influenceWeight,
  pairedInfluenced,
  servedInfluenced,
} from '../../stats/estimates/influenced.ts';
import { type Uncomputable, uncomputable } from '../../stats/result.ts';
import { influencePair, influenceSums, type UnitInfluences } from '../../stats/sums/influence-sums.ts';
import type { Measured } from '../table/estimate.ts';
import type { InfluenceMetric } from '../table/influence-metric.ts';
import { influenceMetricOf } from '../families/definitions.ts';
import type { JudgedTable } from '../table/judged-table.ts';
import { type Slice, sliceCondition } from '../table/slice.ts';
import type { Subject, TestedQuantity } from '../table/subject.ts';
import { unusableReason } from '../means/mean-measurer.ts';

type Computed = UnitInfluences | Uncomputable;

/** Measures metrics that are no means. */
export class InfluenceMeasurer {
  readonly #judged: JudgedTable;
  /** What was computed last, since one slice is asked about several times in a row: more would hold every unit of every segment. */
  readonly #last = new Map<string, Promise<Computed>>();

  constructor(judged: JudgedTable) {
    this.#judged = judged;
  }

  async measure({ metric, comparison, slice }: Subject, quantity: TestedQuantity): Promise<Measured> {
    const definition = influenceMetricOf(metric);
    if (definition === undefined) throw new RangeError(`${metric.id} is not computed by what units move`);
    const canary: Slice = comparison === 'served' ? { ...slice, cohort: 'canary' } : slice;
    if (quantity === 'own') {
      const own = await this.#side(metric, definition, 'candidate', canary, definition.domain('candidate'));
      if (isUncomputable(own)) return own;
      const sums = influenceSums(own);
      return sums.kind === 'uncomputable' ? sums : influencedValue(sums);
    }
    const stable: Slice = comparison === 'served' ? { ...slice, cohort: 'stable' } : slice;
    const domain = (role: Role) => (comparison === 'paired' ? definition.pairedDomain : definition.domain(role));
    const baseline = await this.#side(metric, definition, 'baseline', stable, domain('baseline'));
    if (isUncomputable(baseline)) return baseline;
    const candidate = await this.#side(metric, definition, 'candidate', canary, domain('candidate'));
    if (isUncomputable(candidate)) return candidate;
    return comparison === 'paired' ? ofPair(baseline, candidate, quantity) : ofGroups(baseline, candidate, quantity);
  }

  #side(
    metric: Metric,
    definition: InfluenceMetric,
    role: Role,
    slice: Slice,
    domain: string,
  ): Promise<UnitInfluences | Uncomputable> {
    const within = sliceCondition(slice);
    const key = JSON.stringify([metric.id, role, within, domain]);
    const known = this.#last.get(key) ?? this.#compute(definition, role, within, domain);
    this.#last.delete(key);
    this.#last.set(key, known);
    for (const stale of [...this.#last.keys()].slice(0, -mostKept)) this.#last.delete(stale);
    return known;
  }

  async #compute(
    definition: InfluenceMetric,
    role: Role,
    within: string,
    domain: string,
  ): Promise<UnitInfluences | Uncomputable> {
    const { unusable } = definition;
    const { db, name } = this.#judged;
    if (unusable !== undefined) {
      const rows = await db.columns(
        `SELECT (count(*) FILTER (WHERE ${unusable.condition(role)}))::DOUBLE AS unusable, (count(*) FILTER (WHERE ${definition.domain(role)}))::DOUBLE AS counted
         FROM ${name} WHERE ${within}`,
      );
      const [lost = 0, counted = 0] = ['unusable', 'counted'].map((column) => rows.numbers(column)[0]);
      const reason = unusableReason(unusable, role, { unusable: lost, counted });
      if (reason !== undefined) return uncomputable(reason);
    }
    const condition = `${within} AND ${domain}`;
    const rows = await db.columns(`SELECT count(*)::DOUBLE AS requests FROM ${name} WHERE ${condition}`);
    if (rows.numbers('requests')[0] === 0) return uncomputable(definition.absent);
    return await definition.compute(this.#judged, role, condition);
  }
}

/** Both versions of a slice, and the candidate's own. */
const mostKept = 3;

function isUncomputable(computed: Computed): computed is Uncomputable {
  return 'kind' in computed;
}

function ofPair(baseline: UnitInfluences, candidate: UnitInfluences, quantity: 'difference' | 'relative'): Measured {
  const weight = influenceWeight(baseline.value, candidate.value, quantity);
  if (typeof weight !== 'number') return weight;
  const pair = influencePair(baseline, candidate, weight);
  return pair.kind === 'uncomputable' ? pair : pairedInfluenced(pair, quantity);
}

function ofGroups(baseline: UnitInfluences, candidate: UnitInfluences, quantity: 'difference' | 'relative'): Measured {
  const left = influenceSums(baseline);
  if (left.kind === 'uncomputable') return left;
  const right = influenceSums(candidate);
  return right.kind === 'uncomputable' ? right : servedInfluenced(left, right, quantity);
}
