import type { NumberedVersion } from '../../domain/resolve-version.ts';
import type { ModelVersion } from '../../domain/registry.ts';
import { commandText, endpointText, signatureText } from '../words/version-text.ts';
import { fields, page, paragraph, section, type Style, symbolsOf } from '../words/style.ts';
import { printableName, printableSentence } from '../words/printable.ts';

/** Two versions and how large the step between them is. */
export interface VersionDifference {
  readonly model: string;
  readonly from: NumberedVersion;
  readonly to: NumberedVersion;
  readonly change: { readonly size: 'PATCH' | 'MINOR' | 'MAJOR'; readonly because: string };
}

/** What of two versions differs: signature, labels, hashes, metrics and all the rest; what is the same is left out. */
export function registryDiffText({ model, from, to, change }: VersionDifference, style: Style): string {
  const { arrow } = symbolsOf(style);
  const [before, after] = [facts(from.entry), facts(to.entry)];
  const names = [...new Set([...before.keys(), ...after.keys()])];
  const pairs = names.flatMap((name): (readonly [string, string])[] => {
    const [old, now] = [before.get(name) ?? 'none', after.get(name) ?? 'none'];
    return old === now ? [] : [[name, `${old} ${arrow} ${now}`]];
  });
  const title = `${printableName(model)} ${printableName(from.version)} ${arrow} ${printableName(to.version)}`;
  const differences = pairs.length === 0 ? '  no difference' : fields([...pairs, ...labelPairs(from, to)], style);
  return page([
    section(title, [differences], style),
    paragraph(`A ${change.size} change: ${printableSentence(change.because)}.`, style),
  ]);
}

function facts({
  status,
  createdAt,
  description,
  artifact,
  data_hash,
  code_hash,
  signature,
  metrics = {},
}: ModelVersion) {
  const [input, output] = signatureText(signature).map(([, text]) => text);
  const { labels: _labels, ...shape } = { labels: [], ...signature.output };
  return new Map<string, string>([
    ['status', status],
    ['created', printableName(createdAt ?? 'unknown')],
    ['description', printableSentence(description ?? 'none')],
    ['runtime', artifact.runtime],
    ['endpoint', endpointText(artifact)],
    ['command', commandText(artifact)],
    ['artifact', printableSentence(artifact.path ?? 'none')],
    ['sha256', artifact.sha256 ?? 'none'],
    ['data', printableSentence(data_hash ?? 'not recorded')],
    ['code', printableSentence(code_hash ?? 'not recorded')],
    ['input', input ?? ''],
    [
      'output',
      shape.kind === 'classification' ? [shape.kind, shape.activation ?? 'probabilities'].join(', ') : (output ?? ''),
    ],
    ...Object.entries(metrics).map(([name, value]) => [printableName(name), String(value)] as const),
  ]);
}

/** Labels one by one: two lists of hundreds say nothing. */
function labelPairs(
  { entry: before }: NumberedVersion,
  { entry: after }: NumberedVersion,
): (readonly [string, string])[] {
  const [old, now] = [labelsOf(before), labelsOf(after)];
  const added = now.filter((label) => !old.includes(label));
  const removed = old.filter((label) => !now.includes(label));
  const moved = added.length + removed.length === 0 && old.some((label, index) => now[index] !== label);
  return [
    ...(added.length === 0 ? [] : [['new labels', added.map(printableName).join(', ')] as const]),
    ...(removed.length === 0 ? [] : [['lost labels', removed.map(printableName).join(', ')] as const]),
    ...(moved ? [['labels', 'the same, in another order'] as const] : []),
  ];
}

function labelsOf({ signature: { output } }: ModelVersion): readonly string[] {
  return output.kind === 'classification' ? output.labels : [];
}
