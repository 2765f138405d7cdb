import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { type Metric, metricNames, metricTraits, parseMetric } from '../../src/domain/metric.ts';
import type { Artifact, OutputSignature } from '../../src/domain/registry.ts';
import { baseline, candidate, type PlanKeys, TestRollout } from '../fixtures/test-rollout.ts';

/** Every kind of log that a plan may be judged on. */
export const kindsOfLog = ['pairs', 'live split', 'replayed', 'half replayed', 'aggregates'] as const;
export type KindOfLog = (typeof kindsOfLog)[number];

/** Every kind of answer that a model may give. */
export const outputs = {
  'two labels': { kind: 'classification', labels: ['no', 'yes'] },
  'three labels': { kind: 'classification', labels: ['a', 'b', 'c'] },
  numbers: { kind: 'regression' },
  texts: { kind: 'text' },
  rankings: { kind: 'ranking' },
} as const satisfies Readonly<Record<string, OutputSignature>>;
export type KindOfOutput = keyof typeof outputs;

/** What is measured on an answer by a score, or told by a server beside it, which free answers have here. */
const scoredFamilies: ReadonlySet<Metric['family']> = new Set(['score', 'tokens', 'cost', 'first_token']);

/** Answers that are no labels and no numbers, and the scores that can be computed of them. */
const freeScores: Partial<Readonly<Record<KindOfOutput, readonly string[]>>> = {
  texts: ['exact_match', 'contains', 'rouge_l', 'bleu', 'json_valid'],
  rankings: ['ndcg@10', 'mrr', 'recall@10', 'precision@10', 'hit@10'],
};

/** Every metric that a model with such answers can have, each family once; scores are each their own. */
export function metricsOf(output: KindOfOutput): readonly Metric[] {
  const label = labelsOf(output)[0] ?? '';
  const computed = freeScores[output];
  return metricNames
    .map((name) => name.replace('LABEL', label).replace('score.NAME', 'score.helpful').replace('NAME', 'revenue'))
    .flatMap((name) => parseMetric(name) ?? [])
    .filter((metric) => {
      if (metric.family === 'score')
        return metric.id === 'score.helpful' ? computed !== undefined : computed?.includes(metric.id) === true;
      if (scoredFamilies.has(metric.family)) return computed !== undefined;
      const { answers } = metricTraits(metric);
      if (answers === 'anything') return true;
      if (computed !== undefined) return metric.family === 'agreement';
      return answers === 'labels' ? output !== 'numbers' : answers === output;
    });
}

function labelsOf(output: KindOfOutput): readonly string[] {
  const signature: OutputSignature = outputs[output];
  return signature.kind === 'classification' ? signature.labels : [];
}

const users = 120;
const start = Date.UTC(2026, 0, 5);
const day = 86_400_000;

/** A program that answers as its input says that its version does. */
const program = `import { createInterface } from 'node:readline';
createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, input } = JSON.parse(line);
  console.log(JSON.stringify({ id, ...JSON.parse(input)[process.argv[2]] }));
});`;

/** A rollout on a log of some kind, of users with two requests each over three days. */
export function rolloutOn(
  log: KindOfLog,
  output: KindOfOutput,
  guardrails: readonly string[],
  plan: PlanKeys = {},
): TestRollout {
  const isReplayed = (version: string) => log === 'replayed' || (log === 'half replayed' && version === candidate);
  const artifact = (version: string): Artifact =>
    isReplayed(version) ? { runtime: 'command', command: ['node', 'model.mjs', version] } : { runtime: 'recorded' };
  const signature = { input: { kind: 'text' as const }, output: outputs[output] };
  return new TestRollout({
    plan: {
      requests: requestsOf(log),
      stages:
        log === 'live split'
          ? '[{ name: half, weight: 50% }, { name: full, weight: 1 }]'
          : '[{ name: full, weight: 1 }]',
      guardrails,
      ...plan,
    },
    versions: {
      [baseline]: { artifact: artifact(baseline), signature },
      [candidate]: { artifact: artifact(candidate), signature },
    },
    files: {
      'log.jsonl': records(log, output, isReplayed),
      'numbers.csv': numbersOf(metricsOf(output)),
      'registry/model.mjs': program,
    },
  });
}

/** Whether a log has segments: the code that reads them is the same for all, and each comparison is made once more for each of them. */
export function hasSegments(log: KindOfLog): boolean {
  return log === 'pairs' || log === 'aggregates';
}

function requestsOf(log: KindOfLog): string {
  if (log === 'aggregates') return '{ format: aggregates, source: numbers.csv }';
  return hasSegments(log) ? '{ source: log.jsonl, segments: { locale: locale } }' : '{ source: log.jsonl }';
}

function records(log: KindOfLog, output: KindOfOutput, isReplayed: (version: string) => boolean): object[] {
  const generator = xoroshiro128plus(11);
  const uniform = () => uniformFloat64(generator);
  return Array.from({ length: 2 * users }, (_, request) => {
    const user = request % users;
    const truth = truthOf(output, uniform());
    const both = { [baseline]: outcome(output, truth, uniform), [candidate]: outcome(output, truth, uniform) };
    const kept = Object.entries(both).filter(([version]) =>
      log === 'live split' ? version === (user % 2 === 0 ? baseline : candidate) : !isReplayed(version),
    );
    return {
      request_id: `r${request}`,
      timestamp: new Date(start + (request / (2 * users)) * 3 * day).toISOString(),
      user_id: `u${user}`,
      locale: user % 3 === 0 ? 'de-DE' : 'en-US',
      input: JSON.stringify(both),
      revenue: user % 4 === 0 ? 0 : Math.round(50 * uniform()),
      label: truth,
      outcomes: Object.fromEntries(kept),
    };
  });
}

function truthOf(output: KindOfOutput, draw: number): Truth {
  const place = Math.floor(20 * draw);
  if (output === 'texts') return `it comes on day ${place}`;
  if (output === 'rankings') return { relevant: { [`item ${place}`]: 1, [`item ${place + 1}`]: 2 } };
  const labels = labelsOf(output);
  return labels[Math.floor(draw * labels.length)] ?? Math.round(1000 * draw) / 10;
}

type Truth = string | number | { readonly relevant: Readonly<Record<string, number>> };

function outcome(output: KindOfOutput, truth: Truth, uniform: () => number): object {
  const latency_ms = 20 + Math.round(400 * uniform()) / 10;
  if (uniform() < 0.03) return { latency_ms, error: 'timeout' };
  const beside = {
    latency_ms,
    usage: { input_tokens: 40, output_tokens: Math.round(20 + 100 * uniform()) },
    first_token_ms: Math.round(10 * uniform()),
    scores: { helpful: Math.round(100 * uniform()) / 100 },
  };
  if (typeof truth === 'object')
    return {
      ...beside,
      prediction: { ranking: [...Object.keys(truth.relevant), 'item 99'].slice(Math.round(uniform())) },
    };
  if (output === 'texts') return { ...beside, prediction: { text: uniform() < 0.8 ? truth : 'I cannot tell' } };
  if (typeof truth === 'number') return { latency_ms, prediction: truth + Math.round(100 * uniform()) / 10 };
  const labels = labelsOf(output);
  const others = labels.filter((label) => label !== truth);
  const answer = uniform() < 0.85 ? truth : (others[Math.floor(uniform() * others.length)] ?? '');
  const score = 0.6 + Math.round(30 * uniform()) / 100;
  const rest = (1 - score) / others.length;
  return {
    latency_ms,
    prediction: { scores: Object.fromEntries(labels.map((label) => [label, label === answer ? score : rest])) },
  };
}

/** Every metric's numbers, of the whole and of both locales; percentiles and the like have the value alone. */
function numbersOf(metrics: readonly Metric[]): string {
  const rows = metrics.flatMap((metric) => {
    const { unit } = metricTraits(metric);
    const value = { ms: '40ms', bytes: '300MB', proportion: '0.8', number: '2.5' }[unit];
    const variance = { ms: '90ms2', bytes: '', proportion: '', number: '1.5' }[unit];
    return [baseline, candidate].flatMap((version) =>
      ['', 'locale=de-DE', 'locale=en-US'].map(
        (segment) => `"${metric.id}",${version},${value},240,120,${variance},${segment}`,
      ),
    );
  });
  return ['metric,version,value,count,units,variance,segment', ...rows, ''].join('\n');
}
