import { printableSentence } from '../words/printable.ts';

/** Where a file or a live object differs from what the registry says. */
export interface ComparedRoute {
  readonly file: string;
  readonly differences: readonly { readonly at: string; readonly wanted: string; readonly found: string }[];
}

/** A comparison as a person reads it. */
export function comparedText({ file, differences }: ComparedRoute): string {
  if (differences.length === 0) return `${printableSentence(file)} agrees with the registry\n`;
  const lines = differences.map(({ at, wanted, found }) =>
    printableSentence(`  ${at}: ${found}, but the registry has ${wanted}`),
  );
  return [`${printableSentence(file)} differs from the registry`, ...lines, ''].join('\n');
}
