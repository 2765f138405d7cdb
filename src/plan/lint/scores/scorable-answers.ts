import { type LogFormat, logFormatTraits } from '../../../domain/log/log-format.ts';
import { holdsNumbers } from '../../../domain/told-number.ts';
import type { Metric } from '../../../domain/metric.ts';
import { isRecorded, type ModelVersion } from '../../../domain/registry.ts';
import { resolveBoth } from '../../../domain/resolve-version.ts';
import { freeKindOf } from '../../../domain/scores/free-answer.ts';
import { answersScored, isComputed, type Score } from '../../../domain/scores/score.ts';
import { type LintRule, type Mismatch, unfitMetric } from '../rule.ts';

/** A score of answers that a version does not give, or that the log has of other answers, would only ever hold. */
export const scorableAnswers: LintRule = {
  name: 'scorable-answers',
  about: 'registry',
  check(plan, registry) {
    const both = resolveBoth(plan, registry);
    const { format } = plan.requests;
    if (both === undefined || holdsNumbers(format)) return [];
    return plan.guardrails.flatMap(({ metric, source }, index) => {
      if (source !== undefined) return [];
      const mismatch = [both.baseline, both.candidate]
        .map(({ version, entry }) => mismatchOf(metric, version, entry, format))
        .find((found) => found !== undefined);
      if (mismatch === undefined) return [];
      return [unfitMetric(index, metric, mismatch)];
    });
  },
};

function mismatchOf(metric: Metric, version: string, entry: ModelVersion, format: LogFormat): Mismatch | undefined {
  if (metric.family !== 'score' || metric.score === undefined) return undefined;
  return wrongAnswers(metric.score, version, entry) ?? elsewhere(metric.score, version, entry, format);
}

function wrongAnswers(score: Score, version: string, { signature: { output } }: ModelVersion): Mismatch | undefined {
  const kind = freeKindOf(output);
  const wanted = answersScored(score);
  if (wanted === 'ranking' && kind !== 'ranking') {
    const problem = `scores rankings, and ${version} answers ${kind ?? output.kind}`;
    return { problem, hint: 'write a score of texts such as rouge_l, or "kind": "ranking" in signature.output' };
  }
  if (wanted !== 'text' || kind !== 'ranking') return undefined;
  return { problem: `scores texts, but ${version} answers rankings`, hint: 'write ndcg@10, mrr or recall@10' };
}

/** What is in the log are scores of the answers in the log. */
function elsewhere(score: Score, version: string, { artifact }: ModelVersion, format: LogFormat): Mismatch | undefined {
  if (isComputed(score)) return undefined;
  if (format !== 'canary' && logFormatTraits[format].ofOneVersion !== true) {
    return {
      problem: `is read from outcomes, which the format ${format} does not hold`,
      hint: "write the log in canary's own format",
    };
  }
  if (isRecorded(artifact.runtime)) return undefined;
  const problem = `scores the answers in the log, but ${version} (${artifact.runtime}) is replayed, which gives other answers`;
  return {
    problem,
    hint: `write command: [PROGRAM] instead of from: log in scores.${score.name}, so its replayed answers are scored`,
  };
}

const ofYourOwn = 'scores: { NAME: { command: [PROGRAM], range: [0, 1], better: higher } } and score.NAME';

/** What to write where no guardrail looks at how good free answers are, which have no accuracy: a clause. */
export const scoresFor = {
  text: `write exact_match, contains, rouge_l or bleu where a label is known, or ask a judge with ${ofYourOwn}`,
  ranking: 'write ndcg@10, mrr, recall@10, precision@10 or hit@10 where the relevant ids are known',
  json: `write json_valid, exact_match where a label is known, or ask a judge with ${ofYourOwn}`,
} as const;
