import type { Signature } from '../../domain/registry.ts';
import { printableName } from './printable.ts';

/** What a version takes and gives, as named texts. */
export function signatureText({ input, output }: Signature): readonly (readonly [string, string])[] {
  return [
    ['input', input === undefined ? 'not described' : inputText(input)],
    ['output', outputText(output)],
  ];
}

function inputText(input: NonNullable<Signature['input']>): string {
  if (input.kind === 'tensor') return `tensor ${input.shape.join(' x ')}`;
  if (input.kind === 'text') return 'text';
  return Object.entries(input.fields)
    .map(([name, type]) => `${printableName(name)}: ${printableName(type)}`)
    .join(', ');
}

function outputText(output: Signature['output']): string {
  if (output.kind === 'regression') return `regression${output.unit === undefined ? '' : ` in ${output.unit}`}`;
  const { labels, activation } = output;
  const raw = activation === undefined ? '' : ` (${activation})`;
  return `classification${raw}, ${labels.length} labels: ${labels.map(printableName).join(', ')}`;
}
