import type { NamedSegment } from '../domain/segments.ts';

/** The segments that are tested on their own, in the order in which they appeared over the looks of a stage. */
export interface Appearance {
  readonly order: readonly NamedSegment[];
  /** How many of them the first look knew. */
  readonly known: number;
}

/** What earlier looks saw, with what is there now after it. At a first look everything is known. */
export function withAppeared(earlier: Appearance | undefined, present: readonly NamedSegment[]): Appearance {
  if (earlier === undefined) return { order: present, known: present.length };
  const seen = new Set(earlier.order.map(segmentKey));
  return { ...earlier, order: [...earlier.order, ...present.filter((segment) => !seen.has(segmentKey(segment)))] };
}

/** The part of it that some tests are about: the segments of a few dimensions. */
export function ofDimensions({ order, known }: Appearance, isTested: (dimension: string) => boolean): Appearance {
  const isMember = (segment: NamedSegment) => Object.keys(segment).every(isTested);
  return { order: order.filter(isMember), known: order.slice(0, known).filter(isMember).length };
}

/**
 * The position from 1 of a segment among those that the first look did not know, which share what one more test would have; 0 for one that
 * it knew.
 */
export function latePosition({ order, known }: Appearance, segment: NamedSegment): number {
  const key = segmentKey(segment);
  const index = order.findIndex((each) => segmentKey(each) === key);
  return Math.max(0, index + 1 - known);
}

/** The same for equal segments. */
export function segmentKey(segment: NamedSegment): string {
  return JSON.stringify(Object.entries(segment));
}
