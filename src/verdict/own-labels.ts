import { countOf, formatCount } from '../domain/format-number.ts';
import type { TruthAgreement } from '../domain/log/truth-agreement.ts';
import type { HeldLog } from './refusals.ts';

/** What makes true labels look like a version's own answers. */
export interface OwnLabels {
  readonly detail: string;
  /** Whether they could make a candidate pass: what is copied from the baseline can only speak against it. */
  readonly canPass: boolean;
}

/** A version that is half as often wrong as the other would show no wrong answer less than once in 1,000 from here on: e^(-14 / 2). */
const fewestWrong = Math.ceil(2 * Math.log(1_000));

/** So would versions that are right 19 times of 20, where neither shows any: 0.95^135. */
const fewestAnswers = Math.ceil(Math.log(1_000) / -Math.log(0.95));

const advice =
  'label requests regardless of what a version answered, or write checks: { labels: warn } if these were labelled that way';

/**
 * Whether the true labels may be copies of what a version answered: then that version is never wrong, and in a live split neither may be.
 * @returns undefined where nothing speaks for it. Pairs in which both versions are always right answer alike, which copies cannot feign.
 */
export function ownLabels({ agreement, versions }: HeldLog): OwnLabels | undefined {
  if (agreement === undefined) return undefined;
  const { baseline, candidate, pairs } = agreement;
  const labelled = baseline.requests + candidate.requests;
  if (wrongOf(baseline) + wrongOf(candidate) === 0 && pairs === 0 && labelled >= fewestAnswers) {
    return {
      detail: `no answer of either version is ever wrong (${countOf(labelled, 'labelled request')}), as where the true labels are the answers that were served; ${advice}`,
      canPass: true,
    };
  }
  const neverWrong = (version: string, { requests }: TruthAgreement, otherVersion: string, other: TruthAgreement) =>
    `every one of ${countOf(requests, 'true label')} is what ${version} answered, and ${otherVersion} is wrong on ${formatCount(wrongOf(other))} of ${formatCount(other.requests)}`;
  if (isSuspicious(candidate, baseline)) {
    const found = neverWrong(versions.candidate, candidate, versions.baseline, baseline);
    return {
      detail: `${found}: labels that are a version's own answers prove nothing about it; ${advice}`,
      canPass: true,
    };
  }
  if (isSuspicious(baseline, candidate)) {
    const found = neverWrong(versions.baseline, baseline, versions.candidate, candidate);
    const detail = `${found}: if the labels are its own answers, quality only says how often ${versions.candidate} agrees with it`;
    return { detail, canPass: false };
  }
  return undefined;
}

/** Whether a version is never wrong where it would be often, were it wrong as often as the other. */
function isSuspicious(own: TruthAgreement, other: TruthAgreement): boolean {
  if (wrongOf(own) > 0 || other.requests === 0) return false;
  return (own.requests * wrongOf(other)) / other.requests >= fewestWrong;
}

function wrongOf({ requests, same }: TruthAgreement): number {
  return requests - same;
}
