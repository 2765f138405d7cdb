import type { InputSignature, OutputSignature } from './registry.ts';

/** An input as one line of a message: `tensor [256]`, `text`, `record {age: float, city: string}`. */
export function describeInput(input: InputSignature | undefined): string {
  if (input === undefined) return 'not described';
  if (input.kind === 'tensor') return `tensor [${input.shape.join(', ')}]`;
  if (input.kind === 'text') return 'text';
  const fields = Object.entries(input.fields).map(([name, type]) => `${name}: ${type}`);
  return `record {${fields.join(', ')}}`;
}

/** An output as one line of a message: `classification of 3 labels: daisy, rose, tulip`, `regression in EUR`. */
export function describeOutput(output: OutputSignature): string {
  if (output.kind === 'regression') return output.unit === undefined ? 'regression' : `regression in ${output.unit}`;
  if (output.kind !== 'classification') return output.kind;
  const { labels } = output;
  const noun = labels.length === 1 ? 'label' : 'labels';
  return `classification of ${labels.length} ${noun}: ${listed(labels)}`;
}

const mostListed = 12;

function listed(names: readonly string[]): string {
  const rest = names.length - mostListed;
  return rest > 0 ? `${names.slice(0, mostListed).join(', ')} and ${rest} more` : names.join(', ');
}
