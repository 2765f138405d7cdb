import { countOf } from '../../domain/format-number.ts';
import type { ScoredChanges, ShownAnswer } from '../../domain/scores/scored-changes.ts';
import { answerText, scoresText } from '../evidence/scored-text.ts';
import { printableName } from '../words/printable.ts';
import { markdownCode, markdownDetails, markdownTable, markdownText } from './markdown-text.ts';

/** A comment has room for some answers, and for the beginning of each. */
const mostExamples = 10;
const mostCharacters = 200;

/** The answers that got most worse, folded. */
export function scoredMarkdown(scored: ScoredChanges | undefined): string {
  if (scored === undefined || scored.examples.length === 0) return '';
  const columns = [{ header: 'request' }, { header: 'scores' }, { header: 'baseline' }, { header: 'candidate' }];
  const rows = scored.examples
    .slice(0, mostExamples)
    .map((example) => [
      markdownCode(printableName(example.id)),
      markdownText(scoresText(example, ' → ')),
      beginningOf(example.answers.baseline),
      beginningOf(example.answers.candidate),
    ]);
  return markdownDetails(`Got worse: ${countOf(scored.worse, 'answer')} by their scores`, markdownTable(columns, rows));
}

function beginningOf(answer: ShownAnswer): string {
  const characters = Array.from(answerText(answer));
  const isLong = characters.length > mostCharacters;
  return markdownText(isLong ? `${characters.slice(0, mostCharacters).join('')}…` : characters.join(''));
}
