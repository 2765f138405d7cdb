import type {
  DriftFeature,
  DriftThresholds,
  MeasuredDrift,
  MeasuredFeature,
  MeasuredQuality,
} from '../../domain/drift.ts';
import type { CheckResult } from '../../domain/evidence.ts';
import { exactNumber, formatCount, formatQuantity } from '../../domain/format-number.ts';
import type { Drift } from '../../domain/plan.ts';

/**
 * Whether a field has moved: one of its distances is beyond its threshold, and chance does not explain that. On a large log
 * a p-value alone finds everything, and on a small one a distance alone does.
 */
export function hasMoved(
  { psi, jensenShannon, numbers, pValue }: MeasuredFeature,
  thresholds: DriftThresholds,
  alphaEach: number,
): boolean {
  const isFar =
    psi >= thresholds.psi || jensenShannon >= thresholds.jensenShannon || (numbers?.ks ?? 0) >= thresholds.ks;
  return isFar && pValue <= alphaEach;
}

/** Whether the baseline's quality has moved: by as much as the threshold, and for certain. */
export function qualityMoved({ change, low, high }: MeasuredQuality, { quality }: DriftThresholds): boolean {
  return Math.abs(change) >= quality && ((low !== undefined && low > 0) || (high !== undefined && high < 0));
}

/** Ratios that two units of the same quantity have: seconds and milliseconds, minutes, hours, bytes, cents. */
const unitRatios: readonly number[] = [24, 60, 100, 1000, 1024, 3600, 86_400, 1e6, 1e9];

/** What a move of numbers looks like, where it looks like a change of unit. */
export function unitHint({ kind, numbers }: MeasuredFeature): string | undefined {
  if (kind !== 'numeric' || numbers === undefined) return undefined;
  const ratio = numbers.medianCurrent / numbers.medianReference;
  const isNear = (wanted: number) => Math.abs(ratio / wanted - 1) < 0.1;
  const larger = unitRatios.find(isNear);
  if (larger !== undefined)
    return `its median is ${exactNumber(larger)} times the reference's, as after a change of unit`;
  const smaller = unitRatios.find((wanted) => isNear(1 / wanted));
  if (smaller === undefined) return undefined;
  return `its median is 1/${exactNumber(smaller)} of the reference's, as after a change of unit`;
}

/** Whether the requests are still those of the reference, and the candidate answers like the baseline. */
export function driftCheck(drift: Drift | undefined, findings: MeasuredDrift | undefined): CheckResult {
  const name = 'drift';
  if (drift === undefined || findings === undefined)
    return { name, status: 'not-applicable', detail: 'the plan names no reference to compare with' };
  const moved = [
    ...findings.features.filter((feature) => feature.moved).map(movedText),
    ...(findings.quality?.moved === true ? [qualityText(findings.quality)] : []),
  ];
  if (moved.length > 0) return { name, status: drift.action, detail: moved.join('; ') };
  const compared = findings.features.length + (findings.quality === undefined ? 0 : 1);
  if (compared === 0)
    return { name, status: 'not-applicable', detail: 'no field could be compared with the reference' };
  return {
    name,
    status: 'pass',
    detail: `none of ${formatCount(compared)} compared fields has moved by its thresholds`,
  };
}

function movedText({ name, about, kind, psi, numbers, bins, hint }: DriftFeature): string {
  const subject = {
    input: `${name}${kind === 'numeric' || kind === 'categorical' ? '' : ` (${kind})`} moved`,
    label: 'the mix of labels moved',
    prediction: "the candidate's predictions differ from the baseline's",
  }[about];
  const distances = [`PSI ${exactNumber(Number(psi.toPrecision(3)))}`];
  if (numbers !== undefined)
    distances.push(`median ${short(numbers.medianReference)} to ${short(numbers.medianCurrent)}`);
  else {
    const most = bins.toSorted((a, b) => Math.abs(b.current - b.reference) - Math.abs(a.current - a.reference))[0];
    if (most !== undefined) {
      const [before, now] = [most.reference, most.current].map((share) => formatQuantity(share, 'proportion'));
      distances.push(`${most.label} ${before} to ${now}`);
    }
  }
  return `${subject} (${distances.join(', ')})${hint === undefined ? '' : `: ${hint}`}`;
}

function qualityText({ metric, first, second }: MeasuredQuality): string {
  const unit = metric === 'accuracy' ? 'proportion' : 'number';
  const [before, now] = [first, second].map((value) => formatQuantity(value, unit));
  return `the baseline's ${metric} moved from ${before} in the first half of the time to ${now} in the second, as if the meaning of the inputs had changed`;
}

function short(value: number): string {
  return exactNumber(Number(value.toPrecision(4)));
}
