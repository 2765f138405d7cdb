import { boundsOwnValue, harmfulEnd, limitOf, testedMeasure } from '../../domain/bound.ts';
import type { GuardrailResult } from '../../domain/evidence.ts';
import { formatQuantity } from '../../domain/format-number.ts';
import { metricTraits } from '../../domain/metric.ts';
import type { Bound } from '../../domain/plan.ts';
import type { ToldMeasurer } from '../../metrics/told-measurer.ts';
import type { Subject } from '../../metrics/table/subject.ts';
import type { PlannedTest } from '../../verdict/guardrail-tests.ts';

/**
 * A whole that cannot be made of its segments decides nothing: one of the two was counted wrongly. Nor does a change of the whole decide anything against its own segments: where every segment of a dimension, such as every day of a ramp, changed the
 * other way, where few requests or none are of a segment with both versions, or where the change with the same mix of them on both sides lies on the other side of the bound, the mix is what was measured
 * (Simpson's paradox; Crook, Frasca, Kohavi and Longbotham 2009, Seven pitfalls to avoid when running controlled experiments on the web).
 */
export async function againstParts(
  measurer: ToldMeasurer,
  subject: Subject,
  { guardrail, bound, segment }: PlannedTest,
  result: GuardrailResult,
  dimensions: readonly string[],
): Promise<GuardrailResult> {
  const { status, value } = result;
  const isDecided = status === 'pass' || status === 'breach';
  if (!isDecided || segment !== null) return result;
  const { unit } = metricTraits(guardrail.metric);
  for (const dimension of dimensions) {
    const why = measurer.contradiction(guardrail.metric, dimension, (told) => formatQuantity(told, unit));
    if (why !== undefined) return undecided(result, why, 'one of them is wrong: count both from the same requests');
  }
  if (value === undefined || boundsOwnValue(bound.kind)) return result;
  const measure = testedMeasure(bound, metricTraits(guardrail.metric).unit);
  const write = (change: number) => formatQuantity(change, measure, limitOf(bound.kind, bound.value));
  for (const dimension of dimensions) {
    const parts = await partsOf(measurer, subject, bound, dimension);
    const apart = whyApart(measurer, subject, dimension, parts.length > 0);
    if (apart !== undefined) return undecided(result, apart, eachByItself(dimension));
    if (parts.length >= 2 && parts.every(({ change }) => change * value < 0)) {
      const changes = parts.map(({ name, change }) => `${name} ${write(change)}`);
      return undecided(
        result,
        `every ${dimension} changed in the other direction (${changes.join(', ')})`,
        eachByItself(dimension),
      );
    }
    const sameMix = await changeWithSameMix(measurer, subject, bound, dimension);
    if (sameMix !== undefined && isBeyond(bound, sameMix) !== (status === 'breach'))
      return undecided(
        result,
        `with the same mix of ${dimension} on both sides it changed by ${write(sameMix)}`,
        eachByItself(dimension),
      );
  }
  return result;
}

/** Requests of a version that have to be of segments with both, as a share: of either, and of the one with the larger share. */
const together = { least: 0.05, most: 0.5 };

/** Why a change of the whole would compare segments of one version with those of the other; undefined where enough requests are of segments with both. */
function whyApart(
  measurer: ToldMeasurer,
  { metric }: Subject,
  dimension: string,
  hasBoth: boolean,
): string | undefined {
  const compared = `so a difference by ${dimension} would look the same`;
  if (!hasBoth) {
    const told = measurer.segmentsOf(metric, dimension).length;
    return told >= 2 ? `no ${dimension} has both versions, ${compared}` : undefined;
  }
  const { baseline, candidate } = measurer.sharesTogether(metric, dimension);
  if (baseline === undefined && candidate === undefined)
    return `nothing tells how many requests are of a ${dimension} with one version alone`;
  const [least, most] = [Math.min(baseline ?? 1, candidate ?? 1), Math.max(baseline ?? 0, candidate ?? 0)];
  if (least >= together.least && most >= together.most) return undefined;
  const share = formatQuantity(least, 'proportion');
  return `only ${share} of a version’s requests are of a ${dimension} with both, ${compared}`;
}

async function partsOf(measurer: ToldMeasurer, subject: Subject, bound: Bound, dimension: string) {
  const parts: { readonly name: string; readonly change: number }[] = [];
  const quantity = bound.relative ? 'relative' : 'difference';
  for (const segment of measurer.segmentsOf(subject.metric, dimension)) {
    const within = { ...subject, slice: { ...subject.slice, segment } };
    const measured = await measurer.measure(within, quantity);
    if (measured.kind === 'linearized' || measured.kind === 'valueOnly')
      parts.push({ name: Object.values(segment).join(), change: measured.value });
  }
  const rest = parts.length === 0 ? undefined : measurer.restOf(subject.metric, dimension, quantity);
  return rest === undefined ? parts : [...parts, { name: 'all others', change: rest }];
}

async function changeWithSameMix(
  measurer: ToldMeasurer,
  { metric }: Subject,
  { relative }: Bound,
  dimension: string,
): Promise<number | undefined> {
  const sameMix = await measurer.postStratified(metric, [dimension]);
  if (sameMix === undefined) return undefined;
  const { value, baseline = 0 } = sameMix.difference;
  if (!relative) return value;
  return baseline > 0 ? value / baseline : undefined;
}

function isBeyond({ kind, value }: Bound, change: number): boolean {
  const limit = limitOf(kind, value);
  return harmfulEnd(kind) === 'high' ? change > limit : change < limit;
}

function eachByItself(dimension: string): string {
  return `judge each on its own (segments: [${dimension}]), or take numbers from a time with a single weight`;
}

function undecided(result: GuardrailResult, why: string, remedy: string): GuardrailResult {
  const found = result.reason.replace(/: (?:pass|breach)$/u, '');
  return { ...result, status: 'inconclusive', reason: `${found}: inconclusive, since ${why}; ${remedy}` };
}
