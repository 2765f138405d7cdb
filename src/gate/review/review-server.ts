import type { CheckResult } from '../../domain/evidence.ts';
import { boundsOwnValue } from '../../domain/bound.ts';
import { latencyUnits } from '../../domain/log/latency-field.ts';
import type { Guardrail, Stage } from '../../domain/plan.ts';
import { type PrometheusSource, seriesFor } from '../../domain/remote/metric-series.ts';
import { askValues } from '../../remote/metrics/ask-series.ts';
import { asked, histogramParts, questionsOf, serverOf, tryAsking } from '../dashboards/ask-server.ts';
import { sourceOf } from '../dashboards/told-by-server.ts';
import { ofStage, type Rollout } from '../rollout/rollout.ts';
import type { World } from '../world.ts';
import type { ReviewedStage, ToldReviewed } from './review-told.ts';

/** How far back an expression is tried. */
const triedMs = 3_600_000;

/**
 * Reviews the stages of a plan whose numbers a metrics server has: asks for every series and expression once, so that what is no expression, what has no
 * series and where a histogram cannot tell a limit is said before the rollout.
 * @throws UserError (exit 2) for an expression that is none, at its line; (exit 5) where the server does not answer
 */
export async function reviewServer(world: World, rollout: Rollout): Promise<ToldReviewed> {
  const { plan } = rollout;
  const found = { series: 0, texts: new Set<string>(), notes: new Set<string>() };
  for (const stage of plan.stages) {
    const staged = ofStage(rollout, stage);
    if (staged.plan.requests.format === 'prometheus') await tryStage(world, staged, stage, found);
  }
  const { host } = new URL(sourceOf(plan).url);
  return {
    log: { files: 0, numbers: found.series, server: host },
    stages: plan.stages.map(reviewedStage),
    unknown: 'counts are judged as they are; canary evaluate says what they prove',
    checks: [...found.notes].map((detail): CheckResult => ({ name: 'answers', status: 'warn', detail })),
    facts: { undecidable: [] },
  };
}

/** How many requests there are by then, a server that counts does not tell beforehand. */
function reviewedStage({ name, weight }: Stage): ReviewedStage {
  return { size: { name, weight }, changes: undefined };
}

interface Found {
  series: number;
  readonly texts: Set<string>;
  readonly notes: Set<string>;
}

async function tryStage(world: World, rollout: Rollout, stage: Stage, found: Found): Promise<void> {
  const source = sourceOf(rollout.plan);
  const server = { access: world.permissions, server: serverOf(world, rollout.plan.requests), signal: world.signal };
  const endMs = Math.floor(world.now().getTime() / 1000) * 1000;
  const window = { beginMs: endMs - triedMs, endMs };
  for (const question of questionsOf(rollout, stage, source)) {
    const { text, kind, instead } = question;
    if (found.texts.has(text)) continue;
    found.texts.add(text);
    const query =
      kind === 'counter' ? `count(${[text, ...(instead === undefined ? [] : [instead])].join(' or ')})` : text;
    const { values } = await tryAsking(rollout, question, async () => await askValues(server, query, window));
    const series = kind === 'counter' ? Number(values[0]?.value ?? 0) : values.length;
    found.series += series;
    // A counter of errors, and a native histogram, may well not be there yet.
    if (series === 0 && question.mayBeAbsent !== true) found.notes.add(`${text} has no series now`);
  }
  for (const guardrail of rollout.plan.guardrails) {
    const selector = bucketsOf(guardrail, source);
    if (selector === undefined) continue;
    const { values } = await askValues(server, `count by (le) (${selector.text})`, window);
    for (const note of missingEdges(
      guardrail,
      selector.scale,
      values.map(({ labels }) => Number(labels['le'])),
    ))
      found.notes.add(note);
  }
}

/** The buckets that tell a percentile, where they do. */
function bucketsOf({ metric }: Guardrail, source: PrometheusSource) {
  const told = seriesFor(source, metric)?.series;
  if (metric.family !== 'latency' || metric.statistic !== 'quantile' || told?.kind !== 'histogram') return undefined;
  return { text: asked(told.histogram, histogramParts.buckets), scale: latencyUnits[told.unit] };
}

function missingEdges({ metric, bounds }: Guardrail, scale: number, edges: readonly number[]): readonly string[] {
  if (edges.length === 0) return [];
  const known = new Set(edges.map((edge) => Number((edge * scale).toPrecision(12))));
  return bounds
    .filter(({ kind, value }) => boundsOwnValue(kind) && !known.has(Number(value.toPrecision(12))))
    .map(({ value }) => {
      const edge = Number((value / scale).toPrecision(12));
      return `${metric.id}: the histogram has no edge at ${edge}, and cannot tell where a percentile near ${value} ms lies: add a bucket at ${edge}`;
    });
}
