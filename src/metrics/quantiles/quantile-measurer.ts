import type { ClusteredQuantile } from '../../stats/estimates/clustered-quantile.ts';
import {
  ownQuantile,
  quantileDifference,
  type QuantilePairing,
  quantileRelativeDifference,
} from '../../stats/estimates/quantile-difference.ts';
import type { Refusal, Uncomputable } from '../../stats/result.ts';
import type { Role } from '../../domain/role.ts';
import type { Measured } from '../table/estimate.ts';
import type { QuantileSource } from './quantile-reader.ts';
import { type MeasuredQuantile, type MeasuredQuantiles, measureQuantiles } from './quantile-sample.ts';
import type { Slice } from '../table/slice.ts';
import type { Subject, TestedQuantity } from '../table/subject.ts';

type Side = MeasuredQuantile | Uncomputable;

/** Measures latency quantiles; each is read once, however many bounds and comparisons ask for it. */
export class QuantileMeasurer {
  readonly #quantiles: QuantileSource;
  readonly #measured = new Map<string, Promise<MeasuredQuantiles>>();

  constructor(quantiles: QuantileSource) {
    this.#quantiles = quantiles;
  }

  async measure(probability: number, { comparison, slice }: Subject, quantity: TestedQuantity): Promise<Measured> {
    const canary: Slice = comparison === 'served' ? { ...slice, cohort: 'canary' } : slice;
    if (quantity === 'own') {
      const { sides } = await this.#read(probability, ['candidate'], canary);
      return ownMeasured(required(sides[0]));
    }
    if (comparison === 'paired') {
      const { sides, pairing } = await this.#read(probability, ['baseline', 'candidate'], slice);
      return comparedMeasured(required(sides[0]), required(sides[1]), quantity, pairing);
    }
    const baseline = await this.#read(probability, ['baseline'], { ...slice, cohort: 'stable' });
    const candidate = await this.#read(probability, ['candidate'], canary);
    return comparedMeasured(required(baseline.sides[0]), required(candidate.sides[0]), quantity, 'served');
  }

  #read(probability: number, sides: readonly Role[], slice: Slice): Promise<MeasuredQuantiles> {
    const key = JSON.stringify([probability, sides, slice.cohort, slice.segment]);
    const reading = this.#measured.get(key) ?? this.#measure(probability, sides, slice);
    this.#measured.set(key, reading);
    return reading;
  }

  async #measure(probability: number, sides: readonly Role[], slice: Slice): Promise<MeasuredQuantiles> {
    return await measureQuantiles(await this.#quantiles(probability, sides, slice), sides.length);
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
  pairing: QuantilePairing | undefined,
): Measured {
  if (baseline.kind === 'uncomputable') return baseline;
  if (candidate.kind === 'uncomputable') return candidate;
  const bounds = bothClustered(baseline, candidate);
  if (bounds.kind === 'uncomputable') return bounds;
  if (bounds.kind === 'refused') {
    const served = pairing === 'served';
    const difference = candidate.value - baseline.value;
    return {
      kind: 'valueOnly',
      value: quantity === 'relative' ? difference / baseline.value : difference,
      baseline: baseline.value,
      candidate: candidate.value,
      units: served ? baseline.units + candidate.units : candidate.units,
      requests: served ? baseline.requests + candidate.requests : candidate.requests,
      refusal: bounds,
    };
  }
  if (pairing === undefined) throw new RangeError('two quantiles of the same units have been paired');
  const compare = quantity === 'relative' ? quantileRelativeDifference : quantileDifference;
  return compare(bounds.baseline, bounds.candidate, pairing);
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
