import { normalUpperTail } from '../distributions.ts';
import type { Linearized } from '../estimates/linearized.ts';
import { toSymmetricScale } from '../estimates/linearized.ts';
import type { Proportion } from '../estimates/proportion.ts';
import { fewestEffectiveUnits } from '../sums/cluster-size.ts';
import { type PlannedBound, type PlannedSettings, tooRare, tooSkewed } from './confidence-bound.ts';
import { halfWidthAhead, standardErrorAhead, withOneMoreEvent } from './needed-data.ts';
import { type SpentLook, testLook } from './spending.ts';

/** What the two sides of a planned test have spent so far. */
export interface TestedSides {
  /** The bound that could prove a pass, and the one that could prove a breach. */
  readonly pass: readonly SpentLook[];
  readonly breach: readonly SpentLook[];
}

/** A planned test as it was fixed before its first look. */
export interface PlannedTest {
  /** One-sided alpha of either side, in (0, 0.5). */
  readonly alpha: { readonly pass: number; readonly breach: number };
  /** Users that the log will have at the end. */
  readonly horizon: number;
  /** Of these, the units that the estimate will rest on then, by which the reserve is tuned. */
  readonly judgedAtEnd: number;
  /** Which of the estimate's bounds proves a pass. */
  readonly passes: 'lower' | 'upper';
}

/** The share of a side's alpha that is spent on the way to the end. */
export const spentShare = { pass: 0.9, breach: 0.7 } as const;

/**
 * The rest buys a confidence sequence, valid at every look, tuned for so many times the judged units of the end. For a pass it begins at the end, so that a log
 * which goes on is not judged by nothing; for a breach at the first look, so that a disaster is seen before a boundary of the planned kind would.
 */
const sequenceTunedFor = { pass: 2, breach: 0.2 } as const;

/**
 * The bounds of an estimate at a look of a planned series, and what the look spends.
 * @param users in the log now.
 */
export function plannedBounds(
  estimate: Linearized | Proportion,
  users: number,
  past: TestedSides,
  test: PlannedTest,
): { readonly settings: PlannedSettings; readonly tested: TestedSides } {
  const pass = boundOf('pass', estimate, users, past.pass, test);
  const breach = boundOf('breach', estimate, users, past.breach, test);
  const [lower, upper] = test.passes === 'lower' ? [pass.bound, breach.bound] : [breach.bound, pass.bound];
  const end = { users: test.horizon, growth: test.horizon / users };
  return {
    settings: { inference: 'planned', lower, upper, ...(users < test.horizon ? { end } : {}) },
    tested: { pass: pass.looks, breach: breach.looks },
  };
}

function boundOf(
  side: 'pass' | 'breach',
  estimate: Linearized | Proportion,
  users: number,
  past: readonly SpentLook[],
  { alpha, horizon, judgedAtEnd }: PlannedTest,
): { readonly bound: PlannedBound; readonly looks: readonly SpentLook[] } {
  const plan = { alpha: spentShare[side] * alpha[side], horizon };
  const information = informationOf(estimate, 1);
  const { boundary, looks } =
    information === undefined
      ? { boundary: Infinity, looks: past }
      : testLook(past, { units: users, information }, plan);
  const reserve = {
    alpha: (1 - spentShare[side]) * alpha[side],
    plannedUnits: sequenceTunedFor[side] * judgedAtEnd,
  };
  const atEnd = users < horizon ? informationOf(estimate, horizon / users) : undefined;
  return {
    bound: {
      boundary,
      ...(side === 'breach' || users >= horizon ? { reserve } : {}),
      ...(atEnd === undefined
        ? {}
        : { boundaryAtEnd: testLook(looks, { units: horizon, information: atEnd }, plan).boundary }),
    },
    looks,
  };
}

/**
 * The information of an estimate when there are `growth` times the data, by which looks are correlated: 1 / se^2, or of a proportion the requests that it is worth. Undefined where a look tests
 * nothing: below 30 effective units, where a mean is too skewed for the normal approximation, and where requests of a kind are too few for an interval.
 */
function informationOf(estimate: Linearized | Proportion, growth: number): number | undefined {
  if (estimate.effectiveUnits < fewestEffectiveUnits) return undefined;
  if (estimate.kind === 'proportion') return estimate.effectiveRequests * growth;
  const untested = growth === 1 && (tooSkewed(estimate) ?? tooRare(estimate, 'planned')) !== undefined;
  if (untested) return undefined;
  const information = standardErrorAhead(estimate, growth) ** -2;
  return Number.isFinite(information) ? information : undefined;
}

/**
 * The chance that a planned test decides at its end, or before it: Phi(|limit - value| / se - z) with the standard error and the boundary of then. A value up to the limit
 * waits for a pass, one beyond it for a breach.
 * @param value the truth that is supposed, on the natural scale: what was observed, or no change.
 * @returns undefined where the end is reached, or has no boundary.
 */
export function chanceAtEnd(
  estimate: Linearized | Proportion,
  value: number,
  limit: number,
  settings: PlannedSettings,
): number | undefined {
  const side = value <= limit ? 'upper' : 'lower';
  const { boundaryAtEnd = Infinity } = settings[side];
  if (settings.end === undefined || !Number.isFinite(boundaryAtEnd)) return undefined;
  const { standardErrors, standardError } = widthAtEnd(estimate, side, boundaryAtEnd, settings.end.growth);
  const distance = Math.abs(onScale(estimate, limit) - onScale(estimate, value));
  return normalUpperTail(standardErrors - distance / standardError);
}

function widthAtEnd(
  estimate: Linearized | Proportion,
  side: 'lower' | 'upper',
  boundaryAtEnd: number,
  growth: number,
): ReturnType<typeof halfWidthAhead> {
  if (estimate.kind === 'linearized') return halfWidthAhead(withOneMoreEvent(estimate), side, boundaryAtEnd, growth);
  // Half an event more on either side, so that no event is not taken for certainty.
  const { effectiveEvents, effectiveRequests } = estimate;
  const rate = (effectiveEvents + 0.5) / (effectiveRequests + 1);
  const standardError = Math.sqrt((rate * (1 - rate)) / (effectiveRequests * growth));
  return { standardErrors: boundaryAtEnd, standardError };
}

function onScale(estimate: Linearized | Proportion, value: number): number {
  return estimate.kind === 'linearized' ? toSymmetricScale(estimate.logScale, value) : value;
}
