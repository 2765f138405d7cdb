import type { ReplacedValue } from '../../documents/source-text.ts';
import { printableSentence } from '../words/printable.ts';
import { paragraph, type Style } from '../words/style.ts';

/** `- statistics.confidence: 0.9 (rollouts/a.yaml:4) instead of 0.95 (defaults.yaml:2)`. */
export function overrideLine({ key, own, defaults }: ReplacedValue, style: Style): string {
  const [mine, theirs] = [own, defaults].map(({ value, file, line }) => `${writtenText(value)} (${file}:${line})`);
  return paragraph(printableSentence(`${key}: ${mine} instead of ${theirs}`), style, '  - ');
}

/** A value as YAML would have it on one line: `{ metric: accuracy, maxDecrease: 5pp }`. */
function writtenText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(writtenText).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return String(value);
  return `{ ${Object.entries(value)
    .map(([key, member]) => `${key}: ${writtenText(member)}`)
    .join(', ')} }`;
}
