import type { Artifact, Signature } from '../../domain/registry.ts';
import { printableSentence, printableName } from './printable.ts';

/** The program that computes a version, as a shell would take it; empty for a version of files or on a server. */
export function commandText(artifact: Artifact): string {
  if (!('command' in artifact)) return '';
  return printableSentence(
    artifact.command.map((word) => (/^[\w./:=@-]+$/u.test(word) ? word : JSON.stringify(word))).join(' '),
  );
}

/** Where a version's server is and how it is asked, in a few words; empty for a version of files. */
export function endpointText(artifact: Artifact): string {
  if (!('url' in artifact)) return '';
  const { protocol, url, model, modelVersion } = artifact;
  const named = model === undefined ? '' : `, model ${model}`;
  const numbered = modelVersion === undefined ? '' : ` version ${modelVersion}`;
  return printableSentence(`${protocol} at ${url}${named}${numbered}`);
}

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
  if (output.kind !== 'classification') return output.kind;
  const { labels, activation } = output;
  const raw = activation === undefined ? '' : ` (${activation})`;
  return `classification${raw}, ${labels.length} labels: ${labels.map(printableName).join(', ')}`;
}
