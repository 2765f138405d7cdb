import type { Evidence } from '../../domain/evidence.ts';
import { formatShare } from '../../domain/format-number.ts';
import { trafficText, printableName, printableSentence } from '../words/printable.ts';
import { knownFields, paragraph, type Style, symbolsOf } from '../words/style.ts';

/** The registry change that promoting this evidence would make, as lines. */
export function changeLines({ registryChange: change, rollout }: Evidence, style: Style): string[] {
  if (change.refused !== undefined) return [paragraph(`none: ${printableSentence(change.refused)}`, style, '  ')];
  if (change.action === 'look') return [paragraph('the look is recorded; traffic stays as it is', style, '  ')];
  const pairs = [
    ['traffic', trafficChange(rollout.traffic, change.traffic, style)],
    ['aliases', pairsText(change.aliases)],
    ['status', pairsText(change.status)],
  ] as const;
  return [knownFields(pairs, style)];
}

/** `1.4.2 100% → 95%, 1.5.0 0% → 5%`; a version whose share stays has one number. */
export function trafficChange(
  before: Readonly<Record<string, number>>,
  after: Readonly<Record<string, number>>,
  style: Style,
): string {
  const { arrow } = symbolsOf(style);
  const versions = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  const shares = versions.map((version) => {
    const [from, to] = [formatShare(before[version] ?? 0), formatShare(after[version] ?? 0)];
    return `${printableName(version)} ${from === to ? from : `${from} ${arrow} ${to}`}`;
  });
  return shares.length === 0 ? trafficText(after) : shares.join(', ');
}

/** `stable 1.4.2, canary 1.5.0`. */
export function pairsText(entries: Readonly<Record<string, string>>): string {
  return Object.entries(entries)
    .map(([key, value]) => `${printableName(key)} ${printableName(value)}`)
    .join(', ');
}
