import { harmfulEnd } from '../domain/bound.ts';
import type { GuardrailResult } from '../domain/evidence.ts';
import { formatBound, testedMeasure } from '../domain/bound.ts';
import { countOf, formatCount, formatQuantity } from '../domain/format-number.ts';
import { logBetEvidence } from '../stats/bounds/user-bets.ts';
import type { TalliedUsers } from '../stats/sums/user-tally.ts';
import { type Appearance, latePosition } from './appearance.ts';
import { segmentPhrase } from './explain.ts';
import { type PlannedTest, segmentDivisor } from './guardrail-tests.ts';

/** What bets on the users of a segment say of a bound that its interval is too wide for. */
export type BetFinding = 'breach' | 'hold' | 'nothing';

/** Over all segments of a bound together, bets make a harmless candidate wait at most this often. */
const falseHolds = 0.1;

/**
 * Bets on the users of one segment or label. A breach is proven where the evidence reaches K (L + 1) / alpha, with L the segments that the
 * first look knew, and those of later looks sharing the part that is left by 1 / (j (j + 1)): over all of them the bound spends what one of
 * the K tests has. A stage waits where users, each counted alike, speak 10 L to 1 for a loss beyond the bound.
 * @param tests K.
 * @param appearance of the segments that share this bound's part.
 */
export function betOnUsers(
  tally: readonly TalliedUsers[],
  { bound, segment }: PlannedTest,
  { tests, alpha }: { readonly tests: number; readonly alpha: number },
  appearance: Appearance,
): BetFinding {
  if (segment === null) return 'nothing';
  const harm = harmfulEnd(bound.kind) === 'high' ? 1 : -1;
  const parts = tests * (appearance.known + 1) * segmentDivisor(latePosition(appearance, segment));
  if (logBetEvidence(tally, harm, bound.value, 'request') >= Math.log(parts / alpha)) return 'breach';
  const wait = Math.log(Math.max(1, appearance.known) / falseHolds);
  return logBetEvidence(tally, harm, bound.value, 'user') >= wait ? 'hold' : 'nothing';
}

/** The result of a test on which bets found something that its interval could not tell. */
export function withBets(
  result: GuardrailResult,
  { guardrail, bound, segment }: PlannedTest,
  tally: readonly TalliedUsers[],
  finding: Exclude<BetFinding, 'nothing'>,
): GuardrailResult {
  const { metric, unit, value } = result;
  const harm = harmfulEnd(bound.kind) === 'high' ? 1 : -1;
  const usersWith = (sign: number) =>
    tally.reduce((sum, { change, users }) => sum + (sign * harm * change > 0 ? users : 0), 0);
  const all = tally.reduce((sum, { users }) => sum + users, 0);
  const moved = value === undefined ? '' : ` by ${formatQuantity(value, testedMeasure(bound, unit))}`;
  const found = `${metric}${segmentPhrase(segment)} changed${moved}: worse for ${formatCount(usersWith(1))} of ${countOf(all, 'user')}, better for ${formatCount(usersWith(-1))}`;
  const allowed = `allowed: ${formatBound(bound, unit)}`;
  const status = finding === 'breach' ? 'breach' : 'inconclusive';
  const meaning =
    finding === 'breach'
      ? 'breach'
      : 'too few users to prove that it is beyond the bound, but too unlikely to be within it to go on: inconclusive';
  return {
    ...result,
    onBreach: guardrail.onBreach,
    status,
    reason: `${found}; ${allowed}: ${meaning}`,
    needed: { units: null, requests: null },
  };
}
