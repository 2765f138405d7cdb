import { countOf } from '../../domain/format-number.ts';
import type { CompatibilityMap } from '../exports/compat-module.ts';
import { printableName, printableSentence } from '../words/printable.ts';

/** A wrapper that was written. */
export interface WrittenCompatibility {
  readonly map: CompatibilityMap;
  /** Paths of the module and of the mapping alone. */
  readonly module: string;
  readonly json: string;
}

/** What was written, what it does, and which labels it cannot help with. */
export function compatText({ map, module, json }: WrittenCompatibility): string {
  const { model, from, to, labels, unmapped } = map;
  const renamed = Object.entries(labels).filter(([label, other]) => label !== other).length;
  const lines = [
    `Wrote ${printableSentence(module)} and ${printableSentence(json)}`,
    `  ${printableName(model)} ${to} answers callers of ${from}: ${countOf(Object.keys(labels).length, 'label')}, of which ${renamed} change`,
    ...(unmapped.length === 0
      ? []
      : [`  without a counterpart, which throw: ${unmapped.map(printableName).join(', ')}`]),
  ];
  return `${lines.join('\n')}\n`;
}
