import { countOf, formatCount } from '../../domain/format-number.ts';

/** The requests that the candidate must answer right, one by one. */
export interface GoldenReview {
  readonly files: number;
  readonly requests: number;
  /** Those that hold for want of an answer: the candidate cannot be run, and they have no recorded outcome of it. */
  readonly unanswerable: number;
}

/** The line of a plan's header that tells of them; none where there are none. */
export function goldenField(golden: GoldenReview | undefined): readonly [string, string][] {
  if (golden === undefined) return [];
  const { files, requests, unanswerable } = golden;
  const held = `, ${formatCount(unanswerable)} of them without a recorded outcome of a candidate that cannot be run: hold`;
  return [['golden', `${countOf(requests, 'request')} in ${countOf(files, 'file')}${unanswerable === 0 ? '' : held}`]];
}
