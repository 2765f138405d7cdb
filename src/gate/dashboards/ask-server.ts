import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import { join, relative, resolve, sep } from 'node:path';
import { canonicalJson } from '../../domain/canonical-json.ts';
import { messageOf, unusableFile } from '../../domain/errors.ts';
import { guardedMetrics } from '../../domain/judged.ts';
import type { SourceFacts } from '../../domain/log/source-facts.ts';
import type { RequestFileFacts } from '../../domain/log/request-file-facts.ts';
import type { RequestSource, Stage } from '../../domain/plan.ts';
import { type NamedSeries, type PrometheusSource, seriesFor } from '../../domain/remote/metric-series.ts';
import { nameInPlan } from '../../domain/statistics/bounded-metric.ts';
import { parseSelector, selectorOf } from '../../domain/remote/selector.ts';
import { located } from '../../documents/findings.ts';
import type { TreePath } from '../../documents/tree.ts';
import { replaceFile } from '../../files/replace-file.ts';
import { metricOf } from '../../plan/read/remote/metric-series.ts';
import { secretOf } from '../../remote/http/access.ts';
import { askCounters, type AskedServer, askValues } from '../../remote/metrics/ask-series.ts';
import type { CountWindow } from '../../remote/metrics/increase.ts';
import { type PrometheusServer, WrongQuery } from '../../remote/metrics/prometheus-call.ts';
import type { ServerAnswers } from '../../remote/metrics/server-answers.ts';
import { keysOf, nodeAt } from '../../documents/tree.ts';
import { invalidPlan } from '../rollout/load-plan.ts';
import { placeOfRequests, type Rollout } from '../rollout/rollout.ts';
import { requireOwn, workFolder } from '../rollout/work-folder.ts';
import type { World } from '../world.ts';
import { wrongClock } from './server-clock.ts';

/** What a server was asked for, and where that is written in the plan. */
export interface Question {
  readonly text: string;
  readonly kind: 'counter' | 'value';
  readonly path: TreePath;
  /** Whether a server that has no such series yet is no mistake. */
  readonly mayBeAbsent?: true;
  /** The counter that a server may have in its place. */
  readonly instead?: string;
}

/** Answers of a server, and the file beside the evidence that keeps them. */
export interface KeptAnswers {
  readonly answers: ServerAnswers;
  readonly file: RequestFileFacts;
}

/** The names under which Prometheus keeps a histogram. */
export const histogramParts = { buckets: '_bucket', sum: '_sum', count: '_count' } as const;

/** A selector as it is asked for, in its shortest spelling. */
export function asked(selector: string, suffix = ''): string {
  const parsed = parseSelector(selector);
  return parsed === undefined ? selector : selectorOf(parsed, suffix);
}

/**
 * Asks the server of a plan for everything that a stage's guardrails need, and keeps what it said.
 * @throws UserError (exit 2) for an expression that is none, at its line; (exit 5) where the server does not answer
 */
export async function askServer(
  world: World,
  rollout: Rollout,
  stage: Stage,
  source: PrometheusSource,
  window: CountWindow,
): Promise<KeptAnswers> {
  const { requests } = rollout.plan;
  const clocks: number[] = [];
  const known: AskedServer = {
    access: world.permissions,
    server: serverOf(world, requests),
    signal: world.signal,
    onClock: (aheadMs) => void clocks.push(aheadMs),
  };
  const counters: Record<string, ServerAnswers['counters'][string]> = {};
  const values: Record<string, ServerAnswers['values'][string]> = {};
  world.progress.begin();
  try {
    for (const question of questionsOf(rollout, stage, source)) {
      const { text, kind } = question;
      if (Object.hasOwn(kind === 'counter' ? counters : values, text)) continue;
      await tryAsking(rollout, question, async () => {
        if (kind === 'counter') counters[text] = await askCounters(known, text, window);
        else values[text] = await askValues(known, text, window);
      });
    }
  } finally {
    world.progress.finish();
  }
  const times = { from: new Date(window.beginMs).toISOString(), to: new Date(window.endMs).toISOString() };
  const aheadSeconds = wrongClock(clocks, requests.settleMs);
  const clock = aheadSeconds === undefined ? {} : { aheadSeconds };
  return await keep(world, rollout, stage, { schemaVersion: 1, window: times, ...clock, counters, values });
}

/** How the server of a plan is reached. @throws UserError (exit 5) for a variable that is not set */
export function serverOf(
  { permissions }: Pick<World, 'permissions'>,
  { name, prometheus }: RequestSource,
): PrometheusServer {
  if (prometheus === undefined) throw new RangeError('a plan of format prometheus says what to ask');
  const place = name === undefined ? 'requests' : `sources.${name}`;
  const [token, user, password] = (['token', 'user', 'password'] as const).map((key) => {
    const named = prometheus[key];
    return named === undefined ? undefined : secretOf(permissions, named, `${place}.${key}`);
  });
  const basic = user === undefined ? undefined : Buffer.from(`${user}:${password ?? ''}`).toString('base64');
  const authorization = token === undefined ? (basic === undefined ? undefined : `Basic ${basic}`) : `Bearer ${token}`;
  const secrets = [token, password, basic].filter((each) => each !== undefined);
  const { url } = prometheus;
  return { url, place, secrets, ...(authorization === undefined ? {} : { authorization }) };
}

/** @throws UserError (exit 2) that names the line of the plan, where the server finds no expression in what it was asked */
export async function tryAsking<Found>(
  rollout: Pick<Rollout, 'file' | 'parsed'>,
  question: Question,
  ask: () => Promise<Found>,
): Promise<Found> {
  try {
    return await ask();
  } catch (error) {
    throw error instanceof WrongQuery ? wrongQuery(rollout, question, error) : error;
  }
}

/** Everything that a stage's guardrails need of a server. */
export function questionsOf(rollout: Rollout, stage: Stage, source: PrometheusSource): readonly Question[] {
  return guardedMetrics(rollout.plan).flatMap((metric): readonly Question[] => {
    const told = seriesFor(source, metric);
    if (told !== undefined) return ofSeries(told, placeOf(rollout, stage, 'series', told.name));
    const query = source.queries.find(({ name }) => name === nameInPlan(metric.id));
    if (query === undefined) return [];
    return [{ text: query.query, kind: 'value', path: placeOf(rollout, stage, 'queries', query.name) }];
  });
}

function ofSeries({ series }: NamedSeries, path: TreePath): readonly Question[] {
  const counter = (selector: string, field: string, suffix?: string): Question => ({
    text: asked(selector, suffix),
    kind: 'counter',
    path: [...path, field],
  });
  switch (series.kind) {
    case 'share':
      return [{ ...counter(series.bad, 'bad'), mayBeAbsent: true }, counter(series.total, 'total')];
    case 'mean':
      return [counter(series.sum, 'sum'), counter(series.count, 'count')];
    case 'gauge':
      return [{ text: series.gauge, kind: 'value', path: [...path, 'gauge'] }];
    case 'histogram': {
      const { histogram } = series;
      // Native histograms have the name alone.
      const native = counter(histogram, 'histogram');
      const parts = [histogramParts.buckets, histogramParts.sum].map((suffix) => ({
        ...counter(histogram, 'histogram', suffix),
        instead: native.text,
      }));
      return [...parts, { ...native, mayBeAbsent: true }];
    }
  }
}

/** Where the plan writes what a metric is told by. */
function placeOf(rollout: Rollout, stage: Stage, list: 'series' | 'queries', name: string): TreePath {
  const path = placeOfRequests(rollout, stage, list);
  const key = keysOf(nodeAt(rollout.parsed.positions, path)).find((each) => metricOf(each)?.name === name);
  return [...path, key ?? name];
}

function wrongQuery(
  { file, parsed }: Pick<Rollout, 'file' | 'parsed'>,
  { path, text }: Question,
  error: WrongQuery,
): Error {
  const finding = {
    path,
    rule: 'invalid-value',
    message: `${String(path.at(-1))}: the server cannot read ${text}: ${error.message}`,
    hint: 'write an expression that the server answers when you query it by hand',
  };
  return invalidPlan(file, located(parsed.positions, [finding]));
}

async function keep(world: World, rollout: Rollout, stage: Stage, answers: ServerAnswers): Promise<KeptAnswers> {
  const text = `${canonicalJson(answers)}\n`;
  const sha256 = createHash('sha256').update(text).digest('hex');
  const folder = join(workFolder(world, rollout.folder), rollout.plan.name, stage.name, 'inputs');
  const path = join(folder, `prometheus-${sha256.slice(0, 16)}.json`);
  try {
    await mkdir(folder, { recursive: true });
    await replaceFile(path, text);
  } catch (error) {
    throw unusableFile(`What the metrics server said cannot be kept: ${messageOf(error)}`, { cause: error });
  }
  return { answers, file: factsOf(rollout, path, text, sha256, answers) };
}

function factsOf(
  { folder }: Pick<Rollout, 'folder'>,
  path: string,
  text: string,
  sha256: string,
  answers: ServerAnswers,
): RequestFileFacts {
  const rows = [...Object.values(answers.counters), ...Object.values(answers.values)].reduce(
    (sum, each) => sum + ('series' in each ? each.series.length : each.values.length),
    0,
  );
  return {
    path: relative(folder, path).split(sep).join('/'),
    bytes: Buffer.byteLength(text),
    sha256,
    rows,
    rejected: {},
    collapsed: 0,
  };
}

/**
 * What the server said at a stage's last look.
 * @throws UserError (exit 5) where there was none, or the file is not what it was
 */
export async function keptAnswers(rollout: Rollout, before: Partial<SourceFacts> | undefined): Promise<KeptAnswers> {
  const [facts] = before?.format === 'prometheus' ? (before.requests ?? []) : [];
  if (facts === undefined) {
    throw unusableFile('--offline judges what the metrics server said at the last look, and this stage had none', {
      hint: 'Evaluate it once without --offline.',
    });
  }
  const path = resolve(rollout.folder, facts.path);
  requireOwn(path);
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw unusableFile(`${facts.path} cannot be read: ${messageOf(error)}`, { cause: error });
  }
  const sha256 = createHash('sha256').update(text).digest('hex');
  if (sha256 !== facts.sha256) {
    throw unusableFile(`${facts.path} is not what the metrics server said at the last look`, {
      hint: 'Evaluate without --offline, which asks it again.',
    });
  }
  const answers: ServerAnswers = JSON.parse(text);
  return { answers, file: factsOf(rollout, path, text, sha256, answers) };
}
