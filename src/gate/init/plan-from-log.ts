import { logFormatTraits } from '../../domain/log/log-format.ts';
import type { OutputSignature } from '../../domain/registry.ts';
import { planSchemaUrl } from '../../plan/read/plan-schema.ts';
import { methodSentence } from '../../report/commands/method-text.ts';
import type { GuardrailReview } from '../../report/commands/waiting-text.ts';
import type { DetectedFields } from './detect-fields.ts';

/** What a plan is written from. */
export interface PlanDraft {
  readonly name: string;
  readonly model: string;
  readonly registry: string;
  readonly candidate: string;
  readonly source: string;
  readonly fields: DetectedFields;
  readonly output: OutputSignature;
  /** Of the task's metrics, those that this log can decide. */
  readonly metrics: readonly ProposedMetric[];
  /** First and last hour of the day (UTC) that have enough requests; absent where the log spans less than a day. */
  readonly hours?: readonly [number, number];
  /** What each guardrail's line is followed by. */
  readonly comments: ReadonlyMap<string, string>;
}

/** A guardrail that a plan proposes. */
export interface ProposedMetric {
  readonly metric: string;
  readonly bound: string;
  /** Whether segments are judged too: a loss of quality hides in the whole, a slow machine does not. */
  readonly perSegment: boolean;
}

/** The guardrails of a task, before anybody knows what the log can decide. */
export function proposedMetrics(output: OutputSignature, { label }: DetectedFields): readonly ProposedMetric[] {
  const quality: ProposedMetric =
    label === undefined
      ? { metric: 'agreement', bound: 'min: 90%', perSegment: true }
      : output.kind === 'classification'
        ? { metric: 'accuracy', bound: 'maxDecrease: 1pp', perSegment: true }
        : { metric: 'mae', bound: 'maxIncrease: 5%', perSegment: true };
  return [
    { metric: 'latency.p95', bound: 'maxIncrease: 10%', perSegment: false },
    { metric: 'error_rate', bound: 'maxIncrease: 1pp', perSegment: false },
    ...(output.kind === 'regression' && label === undefined ? [] : [quality]),
  ];
}

const defaults = logFormatTraits.canary.fields;

/** Writes the plan. Every text from outside is written as JSON, which YAML reads as it is meant. */
export function planFromLog(draft: PlanDraft): string {
  const { fields, hours } = draft;
  return [
    `# yaml-language-server: $schema=${planSchemaUrl}`,
    '#',
    `# Written by canary init from a log and a registry. Read it, change it, then ask canary plan.`,
    'apiVersion: canary/v1',
    'kind: RolloutPlan',
    `name: ${text(draft.name)}`,
    `model: ${text(draft.model)}`,
    `registry: ${text(draft.registry)}`,
    'baseline: stable',
    `candidate: ${text(draft.candidate)}`,
    '',
    'requests:',
    `  source: ${text(draft.source)}`,
    ...fieldLines(fields),
    ...segmentLines(fields),
    '',
    '# How much of the traffic each step gives to the candidate. A weight of 0 exposes nobody.',
    'stages:',
    ...(fields.servedBy === undefined ? ['  - { name: shadow, weight: 0 }'] : []),
    '  - { name: canary-5, weight: 5% }',
    '  - { name: canary-25, weight: 25% }',
    '  - { name: full, weight: 1 }',
    '',
    '# What must not get worse, and by how much it may. These bounds are a proposal: write what your users would accept.',
    'guardrails:',
    ...guardrailLines(draft),
    ...(hours === undefined
      ? []
      : ['', '# The hours (UTC) of the day that this log has.', `coverage: { hours: [${hours.join(', ')}] }`]),
    '',
    'rollback:',
    '  owner: your-team',
    `  steps: [${text('canary rollback rollout.yaml')}]`,
    '',
  ].join('\n');
}

function fieldLines(fields: DetectedFields): string[] {
  const { segments: _, servedBy, ...found } = fields;
  const other = Object.entries(found).filter(
    ([name, path]) => !Object.entries(defaults).some(([key, usual]) => key === name && usual === path),
  );
  const written = [...other, ...(servedBy === undefined ? [] : [['servedBy', servedBy] as const])];
  return written.length === 0 ? [] : ['  fields:', ...written.map(([name, path]) => `    ${name}: ${text(path)}`)];
}

function segmentLines({ segments }: DetectedFields): string[] {
  const entries = Object.entries(segments);
  if (entries.length === 0) return [];
  return ['  segments:', ...entries.map(([dimension, path]) => `    ${text(dimension)}: ${text(path)}`)];
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
  if (typeof review.detectable === 'string') return `canary plan says what this log can see: ${review.detectable}.`;
  const told = sentences.length === 0 ? ['This log can see a change of this size at every stage.'] : sentences;
  const method = methodSentence(review);
  return [...told, ...(method === undefined ? [] : [method])].join('\n');
}

/** A string as YAML and JSON both read it; plain where that is safe. */
function text(value: string): string {
  return /^[A-Za-z_./][\w./*-]*$/u.test(value) && !/^(?:true|false|null|yes|no|on|off)$/iu.test(value)
    ? value
    : JSON.stringify(value);
}
