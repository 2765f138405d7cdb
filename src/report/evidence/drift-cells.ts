import type { DriftFeature, DriftSide } from '../../domain/drift.ts';
import { countOf, exactNumber } from '../../domain/format-number.ts';
import { printableName } from '../words/printable.ts';

/** One field's drift in words: what every table of drift shows, whatever it is drawn with. */
export interface DriftCells {
  readonly name: string;
  readonly kind: string;
  readonly psi: string;
  readonly jensenShannon: string;
  /** Empty for categories. */
  readonly ks: string;
  /** The statistic with its degrees of freedom in brackets. */
  readonly chiSquare: string;
  readonly pValue: string;
  readonly found: string;
}

/** What was found of a field. */
export function driftCells(feature: DriftFeature): DriftCells {
  const { kind, psi, jensenShannon, numbers, chiSquare, pValue, moved } = feature;
  return {
    name: driftSubject(feature),
    kind,
    psi: distance(psi),
    jensenShannon: distance(jensenShannon),
    ks: numbers === undefined ? '' : distance(numbers.ks),
    chiSquare: `${distance(chiSquare.statistic)} (${exactNumber(chiSquare.degreesOfFreedom)})`,
    pValue: pValue < 0.0001 ? '<0.0001' : pValue.toFixed(4),
    found: moved ? 'moved' : 'alike',
  };
}

/** The field's name; `labels` and `predictions` for those. */
export function driftSubject({ name, about }: Pick<DriftFeature, 'name' | 'about'>): string {
  return about === 'input' ? printableName(name) : about === 'label' ? 'labels' : 'predictions';
}

function distance(value: number): string {
  return value >= 100 ? exactNumber(Math.round(value)) : value.toFixed(3);
}

/** `1,200 requests of 2026-11-01 to 2026-11-03`. */
export function sideText({ requests, from, to }: DriftSide): string {
  return `${countOf(requests, 'request')} of ${from.slice(0, 10)} to ${to.slice(0, 10)}`;
}
