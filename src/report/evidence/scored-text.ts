import { countOf, exactNumber } from '../../domain/format-number.ts';
import type { ScoredChanges, ScoredExample, ScorePair, ShownAnswer } from '../../domain/scores/scored-changes.ts';
import { printableName, printableSentence } from '../words/printable.ts';
import { clipped, paragraph, type Style, symbolsOf } from '../words/style.ts';

/** What the answers that got worse are announced by. */
export function scoredTitle({ worse }: ScoredChanges): string {
  return `Got worse: ${countOf(worse, 'answer')} by their scores, the worst first`;
}

/** A line for each of the answers that got most worse: `r12: helpful 0.9 → 0.2`. */
export function scoredLines(scored: ScoredChanges | undefined, style: Style): readonly string[] {
  const examples = scored?.examples ?? [];
  return examples.map(
    (example) => `${printableName(example.id)}: ${scoresText(example, ` ${symbolsOf(style).arrow} `)}`,
  );
}

/** Answers and letters of each that a terminal shows with `--verbose`. */
const mostShown = 10;

/** The same with the beginning of both answers below each line. */
export function scoredDetails(scored: ScoredChanges | undefined, style: Style): readonly string[] {
  const lines = scoredLines(scored, style).slice(0, mostShown);
  return lines.map((line, index) => {
    const { baseline, candidate } = scored?.examples[index]?.answers ?? {};
    const quoted = [baseline, candidate].flatMap((answer, role) => {
      const lead = role === 0 ? '    baseline   ' : '    candidate  ';
      return answer === undefined ? [] : [paragraph(clipped(answerText(answer), style, lead, 1), style, lead)];
    });
    return [paragraph(line, style, '  '), ...quoted].join('\n');
  });
}

/** What each scorer said of both answers, those that changed. */
export function scoresText({ scores }: ScoredExample, arrow: string): string {
  const changed = scores.filter(({ baseline, candidate }) => baseline !== candidate);
  return (changed.length === 0 ? scores : changed)
    .map(
      ({ name, baseline, candidate }) => `${printableName(name)} ${scoreText(baseline)}${arrow}${scoreText(candidate)}`,
    )
    .join(', ');
}

/** A score, or that an answer has none. */
export function scoreText(score: ScorePair['baseline']): string {
  return score === null ? 'none' : exactNumber(Number(score.toPrecision(4)));
}

/** An answer on one line, of characters that do nothing; `…` stands for the rest. */
export function answerText({ text, cut, failed }: ShownAnswer): string {
  if (failed === true) return `(no answer: ${printableName(text)})`;
  if (text === '') return '(empty)';
  return `${printableSentence(text)}${cut === true && !printableSentence(text).endsWith('…') ? '…' : ''}`;
}
