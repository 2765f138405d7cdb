/** What a wrapper for callers of an earlier version is made from. */
export interface CompatibilityMap {
  readonly model: string;
  /** The version whose labels the callers speak. */
  readonly from: string;
  /** The version that answers. */
  readonly to: string;
  /** Label of `to` to the label that it is for callers of `from`. */
  readonly labels: Readonly<Record<string, string>>;
  /** Labels of `to` that have no counterpart. */
  readonly unmapped: readonly string[];
}

/** The mapping alone, for a wrapper in another language. */
export function compatJson(map: CompatibilityMap): string {
  return `${JSON.stringify({ schemaVersion: 1, ...map }, undefined, 2)}\n`;
}

/** A module for Node without dependencies: functions to import, and a filter of lines when it is run. */
export function compatModule(map: CompatibilityMap): string {
  return `${head(map)}${body}`;
}

function head(map: CompatibilityMap): string {
  return `// Answers of one version of a model in the labels of an earlier one, for callers that still expect those.
//
//   import { withOldLabels } from './compat.mjs';
//   const predict = withOldLabels(predictWithNewVersion);
//
//   python3 serve.py | node compat.mjs        one JSON answer per line in, one per line out
//
// Written by canary compat; write it again when the label map in the registry changes.
import { realpathSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** Which versions of which model, each new label's old one, and the labels that have none. */
export const compat = ${JSON.stringify(map, undefined, 2)};
`;
}

const body = `
/** A label that callers of the earlier version have no word for. */
export class UnmappedLabelError extends Error {
  name = 'UnmappedLabelError';

  constructor(label) {
    super(\`\${compat.model} \${compat.to} answered \${JSON.stringify(label)}, which has no label of \${compat.from}\`);
    this.label = label;
  }
}

/** The old label for a new one. Throws UnmappedLabelError where there is none. */
export function toOldLabel(label) {
  if (!Object.hasOwn(compat.labels, label)) throw new UnmappedLabelError(label);
  return compat.labels[label];
}

/**
 * The old prediction for a new one: a label, { label, score } or { scores: { LABEL: number } }. Scores of labels that have
 * become one add up; those of labels without a counterpart are left out. Numbers stay as they are.
 */
export function toOldPrediction(prediction) {
  if (typeof prediction === 'string') return toOldLabel(prediction);
  if (typeof prediction !== 'object' || prediction === null) return prediction;
  const old = { ...prediction };
  if ('label' in prediction) old.label = toOldLabel(prediction.label);
  if (typeof prediction.scores === 'object' && prediction.scores !== null) {
    old.scores = {};
    for (const [label, score] of Object.entries(prediction.scores)) {
      if (!Object.hasOwn(compat.labels, label)) continue;
      const known = compat.labels[label];
      old.scores[known] = (old.scores[known] ?? 0) + score;
    }
  }
  return old;
}

/** A function that predicts, with its answers in the old labels. */
export function withOldLabels(predict) {
  return async (...input) => toOldPrediction(await predict(...input));
}

/** One line of answers: a prediction, or an object that has one beside an id. Whatever else was printed stays as it is. */
function toOldLine(line) {
  let answer;
  try {
    answer = JSON.parse(line);
  } catch {
    process.stderr.write(\`This line is not an answer in JSON and was passed on as it is: \${line}\\n\`);
    return line;
  }
  const isEnvelope = typeof answer === 'object' && answer !== null && ('prediction' in answer || 'error' in answer);
  try {
    if (!isEnvelope) return JSON.stringify(toOldPrediction(answer));
    return JSON.stringify('prediction' in answer ? { ...answer, prediction: toOldPrediction(answer.prediction) } : answer);
  } catch (error) {
    if (!(error instanceof UnmappedLabelError)) throw error;
    const { prediction: _unmapped, ...rest } = isEnvelope ? answer : {};
    return JSON.stringify({ ...rest, error: error.message });
  }
}

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === realpathSync(fileURLToPath(import.meta.url))) {
  // Whoever reads may have had enough, as \`head\` has.
  process.stdout.on('error', (error) => {
    if (error.code !== 'EPIPE') throw error;
    process.stdin.destroy();
  });
  for await (const line of createInterface({ input: process.stdin })) {
    if (line.trim() !== '') process.stdout.write(\`\${toOldLine(line)}\\n\`);
  }
}
`;
