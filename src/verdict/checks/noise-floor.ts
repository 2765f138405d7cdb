import type { CheckResult } from '../../domain/evidence.ts';
import { testedMeasure } from '../../domain/bound.ts';
import { exactQuantity, formatQuantity } from '../../domain/format-number.ts';
import { metricTraits } from '../../domain/metric.ts';
import { segmentPhrase } from '../explain.ts';
import type { PlannedTest } from '../guardrail-tests.ts';

/** A bound on measured times, and how much the baseline moved against itself where the candidate may move by the bound. */
export interface MeasuredNoise {
  readonly test: PlannedTest;
  /** Baseline timed again minus baseline, as the bound's quantity, with its sign; undefined where it could not be measured. */
  readonly noise: number | undefined;
}

/**
 * Why a bound on measured times means nothing on this machine; undefined where it means something. Two processes of the
 * same version differ by chance and by luck of their start; a bound that is no wider than that would judge the machine.
 */
export function unresolvable({ test, noise }: MeasuredNoise): string | undefined {
  if (noise === undefined || Math.abs(noise) < test.bound.value) return undefined;
  const moved = write(test, noise);
  return `this machine cannot resolve it: the baseline against itself moved by ${moved}, and so it would not tell a bound of less than ${limit(test, Math.abs(noise))}`;
}

/** Whether this machine can measure what the plan's bounds on measured times ask for. */
export function noiseFloor(measured: readonly MeasuredNoise[]): CheckResult {
  const name = 'noise floor';
  const noisiest = measured
    .filter(({ noise }) => noise !== undefined)
    .toSorted((a, b) => share(b) - share(a))
    .at(0);
  if (noisiest?.noise === undefined) {
    return { name, status: 'not-applicable', detail: 'no guardrail compares measured times' };
  }
  const { test, noise } = noisiest;
  const subject = `${test.guardrail.metric.id}${segmentPhrase(test.segment)}`;
  const detail = `the baseline against itself moved ${subject} by ${write(test, noise)}, where the plan allows ${limit(test, test.bound.value)}`;
  return { name, status: unresolvable(noisiest) === undefined ? 'pass' : 'hold', detail };
}

/** Noise as a share of what the bound allows. */
function share({ test, noise }: MeasuredNoise): number {
  return Math.abs(noise ?? 0) / test.bound.value;
}

function write({ guardrail, bound }: PlannedTest, value: number): string {
  return formatQuantity(value, testedMeasure(bound, metricTraits(guardrail.metric).unit), bound.value);
}

function limit({ guardrail, bound }: PlannedTest, value: number): string {
  return exactQuantity(Number(value.toPrecision(2)), testedMeasure(bound, metricTraits(guardrail.metric).unit));
}
