import { normalUpperQuantile, normalUpperTail } from '../distributions.ts';
import { smallestAlpha } from './boundary.ts';
import { type BoundedLook, nextBoundary } from './group-sequential.ts';

/** A look at which a planned test spent some of its alpha. Kept as it was: a boundary that was tested is never worked out again. */
export interface SpentLook extends BoundedLook {
  /** Users in the log then, by which time is told. */
  readonly units: number;
  /** Alpha spent at this look and all before it. */
  readonly spent: number;
}

/** What a planned test has before its first look. */
export interface SpendingPlan {
  /** One-sided alpha to be spent by the end, in (0, 0.5). */
  readonly alpha: number;
  /** Users that the log will have at the end. */
  readonly horizon: number;
}

/** A look as it is tested: Infinity where it tests nothing, and then it spends nothing. */
export interface PlannedLook {
  readonly boundary: number;
  readonly looks: readonly SpentLook[];
}

/** A look that adds less than this to the last tested one would cost alpha and show nothing. */
const leastGrowth = { information: 1.002, time: 0.01 };

/**
 * Alpha spent when a share of the data is there: 2 (1 - Phi(Phi^-1(1 - alpha / 2) / sqrt(t))), the O'Brien-Fleming-type function of Lan and DeMets 1983,
 * Discrete sequential boundaries for clinical trials: almost nothing early, nearly all at the end.
 * @param time above 0; from 1 on everything is spent.
 */
export function spentBy(alpha: number, time: number): number {
  return time >= 1 ? alpha : 2 * normalUpperTail(normalUpperQuantile(alpha / 2) / Math.sqrt(time));
}

/**
 * Tests a look of a series whose end is fixed beforehand. The boundary is the one at which a truth on its bound is crossed, over all looks, with a chance of at
 * most alpha (Lan and DeMets 1983), with the correlations of the looks from their information.
 *
 * A look is skipped and its alpha carried over unless it adds enough to the last tested one; the first look at the end is always tested and spends the rest. The
 * same look once more is the same test. Where the end has moved, what is left is spent over what is left of the way to the new one.
 * @param past tested looks, in order.
 * @param now users in the log, and the information 1 / se^2 of the estimate, above 0.
 */
export function testLook(
  past: readonly SpentLook[],
  now: { readonly units: number; readonly information: number },
  { alpha, horizon }: SpendingPlan,
): PlannedLook {
  const last = past.at(-1);
  if (last !== undefined && last.units === now.units && last.information === now.information) {
    return { boundary: last.boundary, looks: past };
  }
  const untested = { boundary: Infinity, looks: past };
  const spent = spentAt(last, now.units / horizon, { alpha, horizon });
  if (spent - (last?.spent ?? 0) < smallestAlpha) return untested;
  if (last !== undefined && now.units < horizon && !addsEnough(last, now, horizon)) return untested;
  const rising = risingInformation([...past, { ...now, boundary: Infinity }]);
  const information = rising.pop()?.information ?? now.information;
  const boundary = nextBoundary(rising, information, spent - (last?.spent ?? 0));
  return { boundary, looks: [...past, { ...now, spent, boundary }] };
}

/** What is spent by a time: all that the function says, or where the end has moved, as much of the rest as it says of its own. */
function spentAt(last: SpentLook | undefined, time: number, { alpha, horizon }: SpendingPlan): number {
  if (last === undefined || time >= 1) return spentBy(alpha, time);
  const before = spentBy(alpha, last.units / horizon);
  return last.spent + ((alpha - last.spent) * (spentBy(alpha, time) - before)) / (alpha - before);
}

function addsEnough(
  last: SpentLook,
  now: { readonly units: number; readonly information: number },
  horizon: number,
): boolean {
  const { information, time } = leastGrowth;
  return now.information >= information * last.information && now.units - last.units >= time * horizon;
}

/** Standard errors are estimates, so that information can seem to fall; it counts as if it had grown by the least that is tested. */
function risingInformation(looks: readonly BoundedLook[]): BoundedLook[] {
  let before = 0;
  return looks.map((look) => {
    before = Math.max(look.information, leastGrowth.information * before);
    return before === look.information ? look : { information: before, boundary: look.boundary };
  });
}
