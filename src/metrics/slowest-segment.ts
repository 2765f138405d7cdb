import { limitOf } from '../domain/bound.ts';
import type { StageDetectability } from '../domain/estimate.ts';
import type { Bound, Guardrail } from '../domain/plan.ts';
import type { IntervalSettings } from '../stats/bounds/confidence-bound.ts';
import type { Measurer } from './measurer.ts';
import { estimateAt } from './table/estimate.ts';
import type { StageScope } from './table/stage-scope.ts';
import type { Subject } from './table/subject.ts';

/** Of the segments that a guardrail names, and that all have to pass, the one for which a candidate without any change waits longest. */
export async function slowestSegment(
  measurer: Measurer,
  whole: Subject,
  { segmentValues }: StageScope,
  { segments }: Guardrail,
  bound: Bound,
  settings: IntervalSettings,
): Promise<Pick<StageDetectability, 'slowest'>> {
  let slowest: StageDetectability['slowest'];
  for (const dimension of segments) {
    for (const value of segmentValues.get(dimension)?.keys() ?? []) {
      const segment = { [dimension]: value };
      const subject = { ...whole, slice: { ...whole.slice, segment } };
      const measured = await measurer.measure(subject, bound.relative ? 'relative' : 'difference');
      if (measured.kind !== 'linearized') continue;
      const estimate = estimateAt({ ...measured, value: 0 }, settings, limitOf(bound.kind, bound.value));
      const needed = estimate.kind === 'uncomputable' ? undefined : estimate.needed;
      if (needed === undefined) continue;
      const growth = needed.units === null ? null : needed.units / measured.units;
      if ((growth ?? Infinity) > (slowest === undefined ? 1 : (slowest.growth ?? Infinity)))
        slowest = { segment, growth };
    }
  }
  return slowest === undefined ? {} : { slowest };
}
