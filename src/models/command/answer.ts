import type { Outcome } from '../../domain/outcome.ts';
import type { OutputSignature } from '../../domain/registry.ts';
import { failure, readDecoded } from '../decode.ts';

/** A line as far as it says whom it is for. */
export type AnswerLine =
  | { readonly kind: 'for'; readonly id: string; readonly outcome: Outcome }
  | { readonly kind: 'stray'; readonly problem: string };

/** Reads one line that a program printed: `{"id": …, "prediction": …}` or `{"id": …, "error": …}`. */
export function readAnswer(line: string, signature: OutputSignature): AnswerLine {
  const answer = parse(line);
  if (typeof answer !== 'object' || answer === null || Array.isArray(answer)) {
    return { kind: 'stray', problem: `the program printed ${shown(line)}, which is not an answer in JSON` };
  }
  if (!('id' in answer) || (typeof answer.id !== 'string' && typeof answer.id !== 'number')) {
    return { kind: 'stray', problem: `the program printed ${shown(line)}, which has no id` };
  }
  return { kind: 'for', id: String(answer.id), outcome: outcomeOf(answer, line, signature) };
}

function outcomeOf(answer: object, line: string, signature: OutputSignature): Outcome {
  const error = 'error' in answer && answer.error !== null ? answer.error : undefined;
  const prediction = 'prediction' in answer && answer.prediction !== null ? answer.prediction : undefined;
  if ((error === undefined) === (prediction === undefined)) {
    return failure('bad-response', `${shown(line)} does not have either a prediction or an error`);
  }
  if (error === undefined) return readDecoded(prediction, signature);
  return failure('model-error', typeof error === 'string' ? error : JSON.stringify(error));
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

const mostShown = 80;

function shown(line: string): string {
  return JSON.stringify(line.length > mostShown ? `${line.slice(0, mostShown)}…` : line);
}
