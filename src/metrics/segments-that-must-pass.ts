import { limitOf } from '../domain/bound.ts';
import type { StageDetectability } from '../domain/estimate.ts';
import { isPerLabel } from '../domain/metric.ts';
import type { Bound, Guardrail } from '../domain/plan.ts';
import { type SizedSegment, trueLabelDimension } from '../domain/segments.ts';
import type { IntervalSettings } from '../stats/bounds/confidence-bound.ts';
import { mostWaiting, showsNoChange } from '../stats/bounds/no-change.ts';
import type { Measurer } from './measurer.ts';
import type { Subject } from './table/subject.ts';

/** How many segments or true labels will have to pass on their own, as judging them decides at the stage's end. */
export async function segmentsThatMustPass(
  measurer: Measurer,
  whole: Subject,
  {
    guardrail,
    bound,
    sizes,
    growth,
    settings,
  }: {
    readonly guardrail: Guardrail;
    readonly bound: Bound;
    readonly sizes: readonly SizedSegment[];
    readonly growth: number;
    readonly settings: IntervalSettings;
  },
): Promise<Pick<StageDetectability, 'segments'>> {
  const perLabel = isPerLabel(guardrail.metric);
  if (!perLabel && guardrail.autoSegments !== true) return {};
  const parts = sizes.filter(({ segment }) => Object.hasOwn(segment, trueLabelDimension) === perLabel);
  const chance = 1 - mostWaiting / Math.max(1, parts.length);
  let mustPass = 0;
  for (const { segment } of parts) {
    const subject = { ...whole, slice: { ...whole.slice, segment } };
    const measured = await measurer.measure(subject, bound.relative ? 'relative' : 'difference');
    const limit = limitOf(bound.kind, bound.value);
    if (measured.kind === 'linearized' && showsNoChange(measured, limit, settings, { growth, chance })) mustPass += 1;
  }
  return { segments: { mustPass, all: parts.length } };
}
