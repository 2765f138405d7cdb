import type { BuiltInScore } from '../../domain/scores/score.ts';
import { bleu, rougeL } from './overlap.ts';
import { rankingScore, readRelevant } from './ranked.ts';

/** An answer and the truth as texts, which for a ranking are JSON; the truth is null where it is not known. */
export interface ScoredAnswer {
  readonly answer: string;
  readonly truth: string | null;
}

/** Scores one answer; undefined where it has no score, such as one whose truth cannot be read. */
export type AnswerScorer = (scored: ScoredAnswer) => number | undefined;

/** A built-in score as a function. Libraries are loaded only for the scores that need them. */
export async function builtInScorer(score: BuiltInScore): Promise<AnswerScorer> {
  const { use, text } = score;
  switch (use) {
    case 'exact_match':
      return compared((answer, truth) => (answer === truth ? 1 : 0));
    case 'contains':
      return text === undefined ? compared(contains) : ({ answer }) => contains(answer, text);
    case 'rouge_l':
      return compared(rougeL);
    case 'bleu':
      return compared(bleu);
    case 'length':
      return ({ answer }) => Array.from(answer).length;
    case 'refusal': {
      const pattern = new RegExp(text ?? '', 'u');
      return ({ answer }) => (pattern.test(answer) ? 1 : 0);
    }
    case 'json_valid':
      return await jsonScorer(score.schema);
    default:
      return ({ answer, truth }) => {
        const relevant = truth === null ? undefined : readRelevant(parsed(truth) ?? truth);
        const ids = parsed(answer);
        if (relevant === undefined || !Array.isArray(ids)) return undefined;
        return rankingScore(score, ids.map(String), relevant);
      };
  }
}

function compared(score: (answer: string, truth: string) => number): AnswerScorer {
  return ({ answer, truth }) => (truth === null ? undefined : score(answer, truth));
}

function contains(answer: string, text: string): number {
  return answer.includes(text) ? 1 : 0;
}

async function jsonScorer(schema: unknown): Promise<AnswerScorer> {
  if (schema === undefined) return ({ answer }) => (parsed(answer) === undefined ? 0 : 1);
  const { Ajv2020 } = await import('ajv/dist/2020.js');
  const isValid = new Ajv2020({ strict: false, logger: false }).compile(
    typeof schema === 'object' && schema !== null ? schema : {},
  );
  return ({ answer }) => {
    const value = parsed(answer);
    return value !== undefined && isValid(value) ? 1 : 0;
  };
}

/** What a text is as JSON; undefined where it is none. */
function parsed(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    return undefined;
  }
}
