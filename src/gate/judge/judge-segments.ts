import type { GuardrailResult } from '../../domain/evidence.ts';
import type { Guardrail } from '../../domain/plan.ts';
import type { NamedSegment, SizedSegment, UnjudgedSegment } from '../../domain/segments.ts';
import { fewestEffectiveUnits } from '../../stats/sums/cluster-size.ts';
import { countOf } from '../../domain/format-number.ts';
import { type PlannedTest, segmentDivisor, testsOfSegment } from '../../verdict/guardrail-tests.ts';
import type { JudgedTest } from './judge-test.ts';
import { isTooSmall } from '../../verdict/too-small.ts';

/** What `segments: auto` found. */
export interface JudgedSegments {
  /** Every segment tested so far in order of appearance; later looks append to it. Undefined where no guardrail says auto. */
  readonly order: readonly NamedSegment[] | undefined;
  readonly guardrails: readonly GuardrailResult[];
  /** Segments on which nothing could be decided. */
  readonly unjudged: readonly UnjudgedSegment[];
}

/**
 * Judges every segment that has enough units by the guardrails with `segments: auto`. A segment that is too small to show a
 * harmless candidate within the bound can still prove a breach; where it does not, it is told and decides nothing.
 * @param sizes every segment, the largest first.
 * @param known the order that earlier looks froze.
 * @param judge judges a test at its bound's share of alpha divided by a number.
 */
export async function judgeSegments(
  guardrails: readonly Guardrail[],
  sizes: readonly SizedSegment[],
  known: readonly NamedSegment[],
  judge: (test: PlannedTest, divisor: number) => Promise<JudgedTest>,
): Promise<JudgedSegments> {
  const tiny = sizes.filter(({ units }) => units < fewestEffectiveUnits);
  const unjudged: UnjudgedSegment[] = [];
  if (!guardrails.some(({ autoSegments }) => autoSegments === true))
    return { order: undefined, guardrails: [], unjudged: tiny.map(tooFew) };
  const seen = new Set(known.map(keyOf));
  const large = sizes.filter(({ units }) => units >= fewestEffectiveUnits).map(({ segment }) => segment);
  const order = [...known, ...large.filter((segment) => !seen.has(keyOf(segment)))];
  const present = new Set(large.map(keyOf));
  const results: GuardrailResult[] = [];
  for (const [index, segment] of order.entries()) {
    if (!present.has(keyOf(segment))) continue;
    for (const test of testsOfSegment(guardrails, segment)) {
      const { result, estimate } = await judge(test, segmentDivisor(index + 1));
      const undecided = result.status === 'inconclusive' || result.status === 'uncomputable';
      if (undecided && isTooSmall(estimate, test.bound)) unjudged.push({ segment, reason: reasonOf(test, result) });
      else results.push(result);
    }
  }
  return { order, guardrails: results, unjudged: [...unjudged, ...tiny.map(tooFew)] };
}

function keyOf(segment: NamedSegment): string {
  return JSON.stringify(Object.entries(segment));
}

function tooFew({ segment, units }: SizedSegment): UnjudgedSegment {
  return { segment, reason: `${countOf(units, 'user')}, ${fewestEffectiveUnits} are needed` };
}

function reasonOf({ guardrail }: PlannedTest, { status }: GuardrailResult): string {
  return `${guardrail.metric.id} ${status}`;
}
