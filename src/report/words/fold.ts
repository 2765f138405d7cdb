import { formatCount } from '../../domain/format-number.ts';
import { symbolsOf, type Style } from './style.ts';

/** The part of a list that is shown, and the line that says what is not. */
export interface Folded<Item> {
  readonly shown: readonly Item[];
  readonly rest: readonly Item[];
}

/** Cuts a list to its first items; one item too many is shown, since the line that replaces it is as long. */
export function fold<Item>(items: readonly Item[], most: number): Folded<Item> {
  if (items.length <= most + 1) return { shown: items, rest: [] };
  return { shown: items.slice(0, most), rest: items.slice(most) };
}

/** `… 12 more segments, --verbose shows them`. */
export function foldLine(count: number, what: string, style: Style): string {
  return `${symbolsOf(style).more} ${formatCount(count)} more ${what}, --verbose shows them`;
}
