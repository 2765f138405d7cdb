import type { ClusteredQuantile } from '../stats/clustered-quantile.ts';
import { ownQuantile, quantileDifference, quantileRelativeDifference } from '../stats/quantile-difference.ts';
import type { Refusal, Uncomputable } from '../stats/result.ts';
import type { Measured } from './estimate.ts';
import type { Role } from '../domain/role.ts';
import type { LatencySource } from './latency-sample.ts';
import { type MeasuredQuantile, measureQuantiles } from './quantile-sample.ts';
import type { Slice } from './slice.ts';
import type { Subject, TestedQuantity } from './subject.ts';

type Side = MeasuredQuantile | Uncomputable;

/** Measures latency quantiles; each is read once, however many bounds and comparisons ask for it. */
export class QuantileSampler {
  readonly #latencies: LatencySource;
  readonly #known = new Map<string, Promise<readonly Side[]>>();

  constructor(latencies: LatencySource) {
    this.#latencies = latencies;
  }

  async measure(probability: number, { comparison, slice }: Subject, quantity: TestedQuantity): Promise<Measured> {
    const canary: Slice = comparison === 'served' ? { ...slice, cohort: 'canary' } : slice;
    if (quantity === 'own') {
      const [candidate] = await this.#read(probability, ['candidate'], canary);
      return ownMeasured(required(candidate));
    }
    const sides =
      comparison === 'paired'
        ? await this.#read(probability, ['baseline', 'candidate'], slice)
        : [
            ...(await this.#read(probability, ['baseline'], { ...slice, cohort: 'stable' })),
            ...(await this.#read(probability, ['candidate'], canary)),
          ];
    const [baseline, candidate] = sides;
    return comparedMeasured(required(baseline), required(candidate), quantity, comparison);
  }

  #read(probability: number, roles: readonly Role[], slice: Slice): Promise<readonly Side[]> {
    const key = JSON.stringify([probability, roles, slice.cohort, slice.segment]);
    const reading = this.#known.get(key) ?? measureQuantiles(this.#latencies(roles, slice), probability);
    this.#known.set(key, reading);
    return reading;
  }
}

function required(side: Side | undefined): Side {
  if (side === undefined) throw new RangeError('a quantile was not measured');
  return side;
}

function ownMeasured(side: Side): Measured {
  if (side.kind === 'uncomputable') return side;
  const { clustered, value, units, requests } = side;
  if (clustered.kind === 'refused') return { kind: 'valueOnly', value, units, requests, refusal: clustered };
  return clustered.kind === 'quantile' ? ownQuantile(clustered) : clustered;
}

function comparedMeasured(
  baseline: Side,
  candidate: Side,
  quantity: 'difference' | 'relative',
  comparison: 'paired' | 'served',
): Measured {
  if (baseline.kind === 'uncomputable') return baseline;
  if (candidate.kind === 'uncomputable') return candidate;
  const bounds = bothClustered(baseline, candidate);
  if (bounds.kind === 'uncomputable') return bounds;
  if (bounds.kind === 'refused') {
    const difference = candidate.value - baseline.value;
    return {
      kind: 'valueOnly',
      value: quantity === 'relative' ? difference / baseline.value : difference,
      baseline: baseline.value,
      candidate: candidate.value,
      units: comparison === 'paired' ? candidate.units : baseline.units + candidate.units,
      requests: comparison === 'paired' ? candidate.requests : baseline.requests + candidate.requests,
      refusal: bounds,
    };
  }
  const compare = quantity === 'relative' ? quantileRelativeDifference : quantileDifference;
  return compare(bounds.baseline, bounds.candidate, comparison);
}

interface BothClustered {
  readonly kind: 'both';
  readonly baseline: ClusteredQuantile;
  readonly candidate: ClusteredQuantile;
}

/** What stands in the way of one side's interval stands in the way of the comparison's; the worse obstacle is told. */
function bothClustered(
  baseline: MeasuredQuantile,
  candidate: MeasuredQuantile,
): BothClustered | Refusal | Uncomputable {
  const left = baseline.clustered;
  const right = candidate.clustered;
  if (left.kind === 'uncomputable') return left;
  if (right.kind === 'uncomputable') return right;
  if (left.kind === 'refused') return left;
  if (right.kind === 'refused') return right;
  return { kind: 'both', baseline: left, candidate: right };
}
