import { boundsOwnValue, limitOf } from '../../domain/bound.ts';
import type { GuardrailResult } from '../../domain/evidence.ts';
import { countOf } from '../../domain/format-number.ts';
import type { Guardrail } from '../../domain/plan.ts';
import type { SizedSegment, UnjudgedSegment } from '../../domain/segments.ts';
import { fewestEffectiveUnits } from '../../stats/bounds/confidence-bound.ts';
import { showsNoChange } from '../../stats/bounds/no-change.ts';
import { type Appearance, segmentKey } from '../../verdict/appearance.ts';
import { type PlannedTest, segmentDivisor, testsOfSegment } from '../../verdict/guardrail-tests.ts';
import type { JudgedTest } from './judge-test.ts';

/** What `segments: auto` found. */
export interface JudgedSegments {
  readonly guardrails: readonly GuardrailResult[];
  /** Segments on which nothing could be decided. */
  readonly unjudged: readonly UnjudgedSegment[];
}

/** What the segments of `segments: auto` are judged from. */
export interface SegmentSource {
  readonly guardrails: readonly Guardrail[];
  /** Every segment, the largest first. */
  readonly sizes: readonly SizedSegment[];
  /** The segments in the order that their levels follow. */
  readonly appearance: Appearance;
  /** How many times the units of now the stage will have at its end, at least 1. */
  readonly growth: number;
  /** Judges a test at its bound's share of alpha divided by a number. */
  readonly judge: (test: PlannedTest, divisor: number) => Promise<JudgedTest>;
  /** Whether one version has nothing that a test's metric could be computed on, and the other has something. */
  readonly isOneSided: (test: PlannedTest) => Promise<boolean>;
}

/** All segments that have to pass together make a candidate that does not differ wait at the stage's end no more often than this. */
const mostWaiting = 0.1;

/**
 * Judges every segment by the guardrails with `segments: auto`. A segment has to pass once the data that the stage will have at its end
 * would show that a candidate without any change is within the bound there: asked of the data of now, the stage would end before any
 * segment counts. Every segment can prove a breach; one whose interval is too wide for anything else is told, and decides nothing. One on
 * which a single version has nothing to compute is never left out.
 */
export async function judgeSegments(source: SegmentSource): Promise<JudgedSegments> {
  const { guardrails, sizes, appearance, growth } = source;
  const automatic = guardrails.some(({ autoSegments }) => autoSegments === true);
  const isTiny = ({ units }: SizedSegment) => units * (automatic ? growth : 1) < fewestEffectiveUnits;
  const tiny = sizes.filter(isTiny).map(tooFew);
  if (!automatic) return { guardrails: [], unjudged: tiny };
  const present = new Set(sizes.filter((size) => !isTiny(size)).map(({ segment }) => segmentKey(segment)));
  const results: GuardrailResult[] = [];
  const unjudged: UnjudgedSegment[] = [];
  for (const [index, segment] of appearance.order.entries()) {
    if (!present.has(segmentKey(segment))) continue;
    for (const test of testsOfSegment(guardrails, segment)) {
      const judged = await source.judge(test, segmentDivisor(index + 1));
      if (await decides(source, test, judged)) results.push(judged.result);
      else unjudged.push({ segment, reason: `${test.guardrail.metric.id} ${judged.result.status}` });
    }
  }
  return { guardrails: results, unjudged: [...unjudged, ...tiny] };
}

async function decides(source: SegmentSource, test: PlannedTest, judged: JudgedTest): Promise<boolean> {
  const { status } = judged.result;
  if (status === 'pass' || status === 'breach') return true;
  if (status === 'uncomputable') return await source.isOneSided(test);
  return hasToPass(source, test, judged);
}

function hasToPass({ appearance, growth }: SegmentSource, { bound }: PlannedTest, { measured, settings }: JudgedTest) {
  // A candidate's own value has no natural "no change" that the interval could be held against.
  if (measured.kind !== 'linearized' || boundsOwnValue(bound.kind)) return false;
  const chance = 1 - mostWaiting / appearance.order.length;
  return showsNoChange(measured, limitOf(bound.kind, bound.value), settings, { growth, chance });
}

function tooFew({ segment, units }: SizedSegment): UnjudgedSegment {
  return { segment, reason: `${countOf(units, 'user')}, ${fewestEffectiveUnits} are needed` };
}
