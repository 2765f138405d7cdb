import { boundsOwnValue, limitOf } from '../../domain/bound.ts';
import type { GuardrailResult } from '../../domain/evidence.ts';
import { countOf } from '../../domain/format-number.ts';
import type { Guardrail } from '../../domain/plan.ts';
import { type SizedSegment, trueLabelDimension, type UnjudgedSegment } from '../../domain/segments.ts';
import { fewestEffectiveUnits } from '../../stats/sums/cluster-size.ts';
import { mostWaiting, showsNoChange } from '../../stats/bounds/no-change.ts';
import type { TalliedUsers } from '../../stats/sums/user-tally.ts';
import { type Appearance, ofDimensions, segmentKey } from '../../verdict/appearance.ts';
import { canBet, hasParts, type PlannedTest, segmentDivisor, testsOfSegment } from '../../verdict/guardrail-tests.ts';
import { betOnUsers, withBets } from '../../verdict/segment-bets.ts';
import type { JudgedTest } from './judge-test.ts';

/** What `segments: auto` and `recall(*)` found. */
export interface JudgedSegments {
  readonly guardrails: readonly GuardrailResult[];
  /** Segments on which nothing could be decided. */
  readonly unjudged: readonly UnjudgedSegment[];
}

/** What the segments of `segments: auto` and the true labels of `recall(*)`, which are segments alike, are judged from. */
export interface SegmentSource {
  readonly guardrails: readonly Guardrail[];
  /** Every segment, the largest first. */
  readonly sizes: readonly SizedSegment[];
  /** The segments in the order that their levels follow. */
  readonly appearance: Appearance;
  /** How many times the units of now the stage will have at its end, at least 1. */
  readonly growth: number;
  /** K and 1 - confidence. */
  readonly level: { readonly tests: number; readonly alpha: number };
  /** Judges a test at its bound's share of alpha divided by a number. */
  readonly judge: (test: PlannedTest, divisor: number) => Promise<JudgedTest>;
  /** The users of a segment by what the candidate changed for them, in pairs. */
  readonly tally: (test: PlannedTest) => Promise<readonly TalliedUsers[] | undefined>;
  /** Whether one version has nothing that a test's metric could be computed on, and the other has something. */
  readonly isOneSided: (test: PlannedTest) => Promise<boolean>;
}

/**
 * Judges every segment by the guardrails with `segments: auto`, and every true label by those on `recall(*)`. One has to pass once the data
 * that the stage will have at its end would show that a candidate without any change is within the bound there: asked of the data of now,
 * the stage would end before any segment counts. Each can prove a breach, by its interval or by bets on its users, and bets can make the
 * stage wait. One whose interval is too wide for anything else is told, and decides nothing; one on which a single version has nothing to
 * compute is never left out.
 */
export async function judgeSegments(source: SegmentSource): Promise<JudgedSegments> {
  const results: GuardrailResult[] = [];
  const unjudged: UnjudgedSegment[] = [];
  const sizes = new Map(source.sizes.map((size) => [segmentKey(size.segment), size]));
  for (const areLabels of [false, true]) {
    const appearance = ofDimensions(source.appearance, (dimension) => (dimension === trueLabelDimension) === areLabels);
    for (const [index, segment] of appearance.order.entries()) {
      const size = sizes.get(segmentKey(segment));
      if (size === undefined) continue;
      for (const test of testsOfSegment(source.guardrails, segment)) {
        const result = await judgeSegment({ ...source, appearance }, test, size, segmentDivisor(index + 1));
        if ('status' in result) results.push(result);
        else if (!unjudged.some((each) => each.segment === segment && each.reason === result.reason))
          unjudged.push({ segment, ...result });
      }
    }
  }
  // Where nothing asks for them, those that nothing could have been said of are told all the same.
  const asked = source.guardrails.some(hasParts);
  return { guardrails: results, unjudged: asked ? unjudged : source.sizes.filter(isTiny).map(tooFew) };
}

/** The result of one test on one segment, or why there is none that decides. */
async function judgeSegment(
  source: SegmentSource,
  test: PlannedTest,
  size: SizedSegment,
  divisor: number,
): Promise<GuardrailResult | Pick<UnjudgedSegment, 'reason'>> {
  const isOfUse = size.units * source.growth >= fewestEffectiveUnits;
  const judged = isOfUse ? await source.judge(test, divisor) : undefined;
  if (judged !== undefined && (await decides(source, test, judged))) return judged.result;
  const tally = canBet(test.guardrail, test.bound) ? await source.tally(test) : undefined;
  const finding = tally === undefined ? 'nothing' : betOnUsers(tally, test, source.level, source.appearance);
  if (tally !== undefined && finding !== 'nothing') {
    const { result } = judged ?? (await source.judge(test, divisor));
    return withBets(result, test, tally, finding);
  }
  const { id } = test.guardrail.metric;
  return judged === undefined ? tooFew(size) : { reason: `${id} ${judged.result.status}` };
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

function isTiny({ units }: SizedSegment): boolean {
  return units < fewestEffectiveUnits;
}

function tooFew({ segment, units }: SizedSegment): UnjudgedSegment {
  return { segment, reason: `${countOf(units, 'user')}, ${fewestEffectiveUnits} are needed` };
}
