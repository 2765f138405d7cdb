import { logFormatTraits } from '../../domain/log/log-format.ts';
import { formatShare } from '../../domain/format-number.ts';
import type { OutputSignature } from '../../domain/registry.ts';
import { planSchemaUrl } from '../../plan/read/plan-schema.ts';
import { methodSentence } from '../../report/commands/method-text.ts';
import type { GuardrailReview } from '../../report/commands/waiting-text.ts';
import { freeKindOf } from '../../domain/scores/free-answer.ts';
import type { DetectedScore } from './detect-scores.ts';
import type { DetectedFields } from './detected-fields.ts';
import type { PlanDraft, ProposedMetric } from './plan-draft.ts';
import { fieldLines } from './plan-fields.ts';
import { quotedText } from './plan-words.ts';

/**
 * The guardrails of a task, before anybody knows what the log can decide.
 * @param output undefined where the log has no answers.
 */
export function proposedMetrics(
  output: OutputSignature | undefined,
  { hasLabel, hasErrors, isLive }: Readonly<Record<'hasLabel' | 'hasErrors' | 'isLive', boolean>>,
): readonly ProposedMetric[] {
  return [
    { metric: 'latency.p95', bound: 'maxIncrease: 10%', perSegment: false },
    ...(hasErrors ? [{ metric: 'error_rate', bound: 'maxIncrease: 1pp', perSegment: false }] : []),
    ...(hasLabel ? againstTruth(output) : []),
    // Two versions' answers to one request can be compared without the truth; a live split has one of them.
    ...(output?.kind === 'classification' && !isLive && !hasLabel ? [agreement] : []),
  ];
}

/** What is left to judge where a log that may hold truths holds none. */
export const agreement: ProposedMetric = { metric: 'agreement', bound: 'min: 90%', perSegment: true };

/** A guardrail on a score, by a fiftieth of its range. */
export function scoreMetric({ name, range: [least, largest] }: DetectedScore): ProposedMetric {
  return { metric: `score.${name}`, bound: `maxDecrease: ${(largest - least) / 50}`, perSegment: true };
}

function againstTruth(output: OutputSignature | undefined): readonly ProposedMetric[] {
  if (output === undefined) return [];
  // Of a text, a ranking or JSON scores tell how good it is.
  if (freeKindOf(output) !== undefined) return [];
  return output.kind === 'classification'
    ? [{ metric: 'accuracy', bound: 'maxDecrease: 1pp', perSegment: true }]
    : [{ metric: 'mae', bound: 'maxIncrease: 5%', perSegment: true }];
}

/** Writes the plan. Every text from outside is written as JSON, which YAML reads as it is meant. */
export function planFromLog(draft: PlanDraft): string {
  const { fields, hours, format } = draft;
  return [
    `# yaml-language-server: $schema=${planSchemaUrl}`,
    '#',
    '# Written by canary init from a log. Read it, change it, then ask canary plan. TODO marks what the log does not say.',
    'apiVersion: canary/v1',
    'kind: RolloutPlan',
    `name: ${quotedText(draft.name)}`,
    `model: ${quotedText(draft.model)}`,
    `registry: ${quotedText(draft.registry)}`,
    `baseline: ${quotedText(draft.baseline)}`,
    ...(draft.candidate === undefined
      ? ['# TODO candidate: the version that is to replace it, from the registry', '# candidate: 1.1.0']
      : [`candidate: ${quotedText(draft.candidate)}`]),
    '',
    'requests:',
    ...(format === 'canary' ? [] : [`  format: ${format}   # ${logFormatTraits[format].title}`]),
    `  source: ${quotedText(draft.source)}`,
    ...fieldLines(draft),
    ...versionLines(draft),
    ...(draft.okStatus === undefined ? [] : [`  okStatus: [${draft.okStatus.join(', ')}]`]),
    ...segmentLines(fields),
    ...weightLines(draft),
    '',
    '# How much of the traffic each step gives to the candidate. A weight of 0 exposes nobody.',
    'stages:',
    ...stageLines(draft),
    ...scoreLines(draft),
    '',
    '# What must not get worse, and by how much it may. These bounds are proposals: write what your users would accept.',
    'guardrails:',
    ...guardrailLines(draft),
    ...(hours === undefined
      ? []
      : ['', '# The hours (UTC) of the day that this log has.', `coverage: { hours: [${hours.join(', ')}] }`]),
    '',
    'rollback:',
    '  owner: your-team',
    `  steps: [${quotedText('canary rollback rollout.yaml')}]`,
    '',
  ].join('\n');
}

function scoreLines({ scores }: PlanDraft): string[] {
  if (scores.length === 0) return [];
  return [
    '',
    '# Numbers that the log has for each answer. TODO scores: check the range, which is a guess from the first values, and which end is better.',
    'scores:',
    ...scores.map(({ name, range }) => `  ${name}: { from: log, range: [${range.join(', ')}], better: higher }`),
  ];
}

function versionLines({ versions }: PlanDraft): string[] {
  if (versions === undefined) return [];
  const entries = Object.entries(versions).map(([name, version]) => `${quotedText(name)}: ${quotedText(version)}`);
  return [`  versions: { ${entries.join(', ')} }`];
}

function segmentLines({ segments }: DetectedFields): string[] {
  const entries = Object.entries(segments);
  if (entries.length === 0) return [];
  return ['  segments:', ...entries.map(([dimension, path]) => `    ${quotedText(dimension)}: ${quotedText(path)}`)];
}

function weightLines({ split, isShort }: PlanDraft): string[] {
  if (split === undefined) return [];
  return [
    '  # TODO weights: taken from the log. Write what your router was set to, so that canary can see whether the split is fair.',
    '  weights:',
    ...split.map(({ from, share }) => `    - { from: ${from}, weight: ${formatShare(share)} }`),
    ...(isShort === true
      ? ['  settle: 0m # the log is short; otherwise the first 5 minutes of each weight are left out']
      : []),
  ];
}

const ramp = [0.05, 0.25, 0.5];

function stageLines({ split, isLive }: PlanDraft): string[] {
  const first = split?.at(-1)?.share;
  const weights = first === undefined ? ramp.slice(0, 2) : [first, ...ramp.filter((weight) => weight > first)];
  return [
    ...(isLive ? [] : ['  - { name: shadow, weight: 0 }']),
    ...weights.map(
      (weight) =>
        `  - { name: canary-${String(Math.round(weight * 1000) / 10).replace('.', '-')}, weight: ${formatShare(weight)} }`,
    ),
    '  - { name: full, weight: 1 }',
  ];
}

function guardrailLines({ metrics, fields, comments }: PlanDraft): string[] {
  const segmented = Object.keys(fields.segments).length > 0;
  return metrics.flatMap(({ metric, bound, perSegment }) => {
    const comment = comments.get(metric);
    return [
      ...(comment === undefined ? [] : comment.split('\n').map((line) => `  # ${line}`)),
      `  - { metric: ${metric}, ${bound}${perSegment && segmented ? ', segments: auto' : ''} }`,
    ];
  });
}

/** What a review says of a guardrail, as the lines of a comment. */
export function detectabilityComment(review: GuardrailReview, sentences: readonly string[]): string {
  if (typeof review.detectable === 'string')
    return `canary plan shows the changes that this log can detect: ${review.detectable}.`;
  const told = sentences.length === 0 ? ['This log can detect a change of this size at every stage.'] : sentences;
  // The same of every stage is said once.
  const alike = new Set(told.map((sentence) => sentence.replace(/^\S+ /u, '')));
  const lines = told.length > 1 && alike.size === 1 ? [`Every stage ${[...alike].join('')}`] : told;
  const method = methodSentence(review);
  return [...lines, ...(method === undefined ? [] : [method])].join('\n');
}
