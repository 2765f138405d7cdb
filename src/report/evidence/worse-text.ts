import type { ConfusionChanges } from '../../domain/evidence.ts';
import { countOf, formatCount, formatShare } from '../../domain/format-number.ts';
import type { LabelChange, SegmentChange } from '../../domain/segments.ts';
import { printableName, segmentName } from '../words/printable.ts';
import { type Style, symbolsOf } from '../words/style.ts';

export const worseTitle = 'Got worse: right answers by label and segment';

/**
 * The labels and segments on which the candidate answers worse by more than chance, whatever the verdict: most are too small to prove
 * anything of, and their users are still who pays.
 */
export function worseLines(confusion: ConfusionChanges | undefined, style: Style): readonly string[] {
  const labels = confusion?.changes.filter(isWorse).map((each) => lineOf(printableName(each.label), each, style)) ?? [];
  const segments = (confusion?.segments ?? [])
    .filter(isWorse)
    .map((each) => lineOf(segmentName(each.segment), each, style));
  return [...labels, ...segments];
}

function isWorse({ worse }: LabelChange | SegmentChange): boolean {
  return worse === true;
}

/** `lost_or_stolen_card 79% → 0%: 11 new mistakes, none mended`. */
function lineOf(name: string, { baseline, candidate, pairs }: LabelChange | SegmentChange, style: Style): string {
  const [before, now] = [baseline, candidate].map(({ requests, correct }) => shareText(correct / requests));
  const change = `${name} ${before} ${symbolsOf(style).arrow} ${now}`;
  if (pairs === undefined) {
    return `${change}: of ${countOf(baseline.requests, 'request')} and of ${formatCount(candidate.requests)}`;
  }
  const mended = pairs.fixed === 0 ? 'none mended' : `${formatCount(pairs.fixed)} mended`;
  return `${change}: ${countOf(pairs.newMistakes, 'new mistake')}, ${mended}`;
}

/** Whole percents, and tenths where the requests are enough to tell them apart. */
function shareText(share: number): string {
  return formatShare(Number(share.toPrecision(share > 0.1 && share < 0.995 ? 2 : 3)));
}
