import { boundsOwnValue, harmfulEnd, limitOf, testedMeasure } from '../../domain/bound.ts';
import type { CheckResult } from '../../domain/evidence.ts';
import { countOf, exactQuantity, formatQuantity } from '../../domain/format-number.ts';
import { metricTraits } from '../../domain/metric.ts';
import { type IntervalSettings, pairLevelOn } from '../../stats/bounds/confidence-bound.ts';
import { neededPairs, pairHalfWidth } from '../../stats/bounds/pair-bounds.ts';
import { fromSymmetricScale, type Linearized, toSymmetricScale } from '../../stats/estimates/linearized.ts';
import type { Uncomputable } from '../../stats/result.ts';
import { segmentPhrase } from '../explain.ts';
import type { PlannedTest } from '../guardrail-tests.ts';

/** A bound on times that were measured here, and what the pairs of processes tell of it. */
export interface TimedTest {
  readonly test: PlannedTest;
  readonly pairs: number;
  /** Standard deviation between pairs, as the bound's quantity. */
  readonly deviation: number;
  /** How many pairs would show with a chance of 80% that no change is within the bound, or of a candidate's own value that what was observed is; undefined where no number of them would. */
  readonly needed: number | undefined;
  /** What would decide, where the pairs differ by more than the users do. */
  readonly remedy?: string;
  /** Whether nothing was decided, because the pairs are too few for the bound. */
  readonly isUnresolved: boolean;
}

/** What pairs of processes tell of a test; undefined of one that is not about times measured in pairs. */
export function timedTest(
  test: PlannedTest,
  measured: Linearized | Uncomputable | { readonly kind: 'proportion' | 'bucketed' | 'valueOnly' },
  settings: IntervalSettings,
): TimedTest | undefined {
  if (measured.kind !== 'linearized' || measured.pairs === undefined || test.guardrail.test === 'point')
    return undefined;
  const { pairs: spread, logScale, value } = measured;
  const { kind, value: size } = test.bound;
  const side = harmfulEnd(kind) === 'high' ? 'upper' : 'lower';
  const level = pairLevelOn(side, settings);
  const onScale = (natural: number) => toSymmetricScale(logScale, natural);
  const distanceFrom = (natural: number) => Math.abs(onScale(limitOf(kind, size)) - onScale(natural));
  const neededFrom = (natural: number) => neededPairs(spread, distanceFrom(natural), level);
  const deviation =
    fromSymmetricScale(logScale, onScale(value) + spread.standardError * Math.sqrt(spread.pairs)) - value;
  const observed = neededFrom(value);
  // Where the users alone would not decide either, they are what is missing.
  const areDecisive = pairHalfWidth(spread, level) > distanceFrom(value);
  return {
    test,
    pairs: spread.pairs,
    deviation,
    needed: boundsOwnValue(kind) ? observed : neededFrom(0),
    ...(areDecisive && observed !== undefined && observed > spread.pairs
      ? {
          remedy: `${countOf(spread.pairs, 'pair')} of processes do not decide it; replay.pairs: ${observed} would probably decide it`,
        }
      : {}),
    isUnresolved: false,
  };
}

/** Why processes that differ as these do cannot tell a bound, and how many could; undefined where they can. */
export function unresolvable({ test, pairs, deviation, needed }: TimedTest): string | undefined {
  if (needed !== undefined && needed <= pairs) return undefined;
  const differ = `processes cannot decide it here: ${countOf(pairs, 'pair')} of them differ by ${write(test, deviation)} (standard deviation)`;
  return needed === undefined ? `${differ}, and no number of them could` : `${differ}; replay.pairs: ${needed} could`;
}

/** Whether the pairs of processes are enough for what the plan's bounds on measured times ask for. */
export function noiseFloor(timed: readonly TimedTest[]): CheckResult {
  const name = 'noise floor';
  const noisiest = timed.toSorted((a, b) => Number(b.isUnresolved) - Number(a.isUnresolved) || most(b) - most(a)).at(0);
  if (noisiest === undefined)
    return { name, status: 'not-applicable', detail: 'no guardrail is on times measured here' };
  const { test, pairs, deviation, needed, isUnresolved } = noisiest;
  const subject = `${test.guardrail.metric.id}${segmentPhrase(test.segment)}`;
  const enough =
    needed === undefined
      ? 'which no number of pairs can decide'
      : `which ${countOf(needed, 'pair')} can probably decide`;
  const detail = `${countOf(pairs, 'pair')} of processes differ in ${subject} by ${write(test, deviation)} (standard deviation); the plan allows ${limit(test, test.bound.value)}, ${enough}`;
  return { name, status: isUnresolved ? 'hold' : 'pass', detail };
}

/** The pairs that a test needs, for an order. */
function most({ needed = Infinity }: TimedTest): number {
  return Math.min(Number.MAX_VALUE, needed);
}

function write({ guardrail, bound }: PlannedTest, value: number): string {
  return formatQuantity(value, testedMeasure(bound, metricTraits(guardrail.metric).unit), bound.value);
}

function limit({ guardrail, bound }: PlannedTest, value: number): string {
  return exactQuantity(value, testedMeasure(bound, metricTraits(guardrail.metric).unit));
}
