import { type Metric, metricTraits } from '../domain/metric.ts';
import { ownValue } from '../stats/own-value.ts';
import { pairedDifference } from '../stats/paired-difference.ts';
import { pairedRelativeDifference } from '../stats/paired-relative-difference.ts';
import { proportion } from '../stats/proportion.ts';
import { type Uncomputable, uncomputable } from '../stats/result.ts';
import type { Linearized } from '../stats/linearized.ts';
import type { PairedSample, Sample } from '../stats/sample.ts';
import { servedDifference } from '../stats/served-difference.ts';
import { servedRelativeDifference } from '../stats/served-relative-difference.ts';
import type { Measured } from './estimate.ts';
import type { JudgedTable } from './judged-table.ts';
import type { MeanMetric } from './mean-metric.ts';
import { meanMetricOf } from './mean-metrics.ts';
import type { Subject, TestedQuantity } from './subject.ts';
import { UnitSumTables } from './unit-sums.ts';

/** Measures the metrics that are means over requests, from sums by unit. */
export class MeanSampler {
  readonly #definitions: ReadonlyMap<string, MeanMetric>;
  readonly #sums: UnitSumTables;

  constructor(judged: JudgedTable, metrics: readonly Metric[], columnOf: (dimension: string) => string) {
    const definitions = metrics.flatMap((metric) => {
      const definition = meanMetricOf(metric);
      return definition === undefined ? [] : [[metric.id, definition] as const];
    });
    this.#definitions = new Map(definitions);
    this.#sums = new UnitSumTables(judged, this.#definitions, columnOf);
  }

  async measure(subject: Subject, quantity: TestedQuantity): Promise<Measured> {
    const { metric, comparison } = subject;
    const definition = this.#definitions.get(metric.id);
    if (definition === undefined) throw new RangeError(`${metric.id} was not declared to the sampler`);
    const { zeroOne } = metricTraits(metric);
    const measured =
      comparison === 'paired'
        ? await this.#paired(subject, quantity, zeroOne)
        : await this.#served(subject, quantity, zeroOne);
    // The statistics know that there was nothing to count; the metric knows what was missing.
    return measured.kind === 'uncomputable' && measured.reason.endsWith('there are no requests')
      ? uncomputable(definition.absent)
      : measured;
  }

  async #paired({ metric, slice }: Subject, quantity: TestedQuantity, zeroOne: boolean): Promise<Measured> {
    const { paired, candidate } = await this.#sums.slice(metric.id, slice);
    return quantity === 'own' ? own(candidate, zeroOne) : pairedComparison[quantity](paired, { zeroOne });
  }

  async #served(
    { metric, slice: { segment } }: Subject,
    quantity: TestedQuantity,
    zeroOne: boolean,
  ): Promise<Measured> {
    const { candidate } = await this.#sums.slice(metric.id, { cohort: 'canary', segment });
    if (quantity === 'own') return own(candidate, zeroOne);
    const { baseline } = await this.#sums.slice(metric.id, { cohort: 'stable', segment });
    return servedComparison[quantity](baseline, candidate, { zeroOne });
  }
}

/** One proportion against a bound has a sharper test than the general mean. */
function own(sample: Sample, zeroOne: boolean): Measured {
  return zeroOne ? proportion(sample) : ownValue(sample);
}

type Comparison<Samples extends unknown[]> = (
  ...samples: [...Samples, { zeroOne?: boolean }]
) => Linearized | Uncomputable;

const pairedComparison: Record<'difference' | 'relative', Comparison<[PairedSample]>> = {
  difference: pairedDifference,
  relative: pairedRelativeDifference,
};

const servedComparison: Record<'difference' | 'relative', Comparison<[Sample, Sample]>> = {
  difference: servedDifference,
  relative: servedRelativeDifference,
};
