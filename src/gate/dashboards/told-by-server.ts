import type { CheckResult } from '../../domain/evidence.ts';
import type { SourceFacts } from '../../domain/log/source-facts.ts';
import { invalidInput } from '../../domain/errors.ts';
import type { RolloutPlan, Stage } from '../../domain/plan.ts';
import type { PrometheusSource } from '../../domain/remote/metric-series.ts';
import type { CountWindow } from '../../remote/metrics/increase.ts';
import type { ServerAnswers } from '../../remote/metrics/server-answers.ts';
import type { Rollout } from '../rollout/rollout.ts';
import { type StagePeriods, stagePeriods } from '../rollout/stage-periods.ts';
import type { World } from '../world.ts';
import { askServer, type KeptAnswers, keptAnswers } from './ask-server.ts';
import { namesOfRoles, type ToldStage } from './read-told.ts';
import { numbersOf } from './series-numbers.ts';
import { scrapedTwiceBy } from './scraped-twice.ts';
import { clockClause } from './server-clock.ts';

/** Numbers of a server that a stage is judged on, or why there cannot be any yet, as a clause. */
export type ServerStage = ToldStage | { readonly nothing: string };

/**
 * Asks the server of a plan for the numbers that a stage is judged on.
 * @param offline judges what it said at the last look.
 * @throws UserError (exit 2) for a window that nothing tells, or an expression that is none; (exit 5) where there is no answer
 */
export async function readServerStage(
  world: World,
  rollout: Rollout,
  stage: Stage,
  before: Partial<SourceFacts> | undefined,
  offline: boolean,
): Promise<ServerStage> {
  const source = sourceOf(rollout.plan);
  if (offline) return toldStage(rollout, source, await keptAnswers(rollout, before), before);
  const periods = stagePeriods(rollout, stage);
  if (source.windowMs === undefined && periods?.weightNow === 0)
    return { nothing: 'it has no traffic, and the window begins with it' };
  const window = windowOf(rollout, periods, source, world.now());
  if ('nothing' in window) return window;
  return toldStage(rollout, source, await askServer(world, rollout, stage, source, window), before);
}

export function sourceOf({ requests }: Pick<RolloutPlan, 'requests'>): PrometheusSource {
  if (requests.prometheus === undefined) throw new RangeError('a plan of format prometheus says what to ask');
  return requests.prometheus;
}

/**
 * The time that the counts are about, in whole seconds. It never reaches back into another weight, whose mix of requests was another.
 * @throws UserError (exit 2) where nothing tells when it begins
 */
function windowOf(
  { file, plan }: Rollout,
  periods: StagePeriods | undefined,
  { windowMs }: PrometheusSource,
  now: Date,
): CountWindow | { readonly nothing: string } {
  const { from, to, settleMs } = plan.requests;
  const settled = now.getTime() - settleMs;
  const endMs = wholeSecond(to === undefined ? settled : Math.min(settled, Date.parse(to)));
  const inForce = periods?.periods.at(-1)?.settledFrom;
  const begins = [inForce, from].flatMap((each) => (each === undefined ? [] : [Date.parse(each)]));
  if (windowMs !== undefined) begins.push(endMs - windowMs);
  if (begins.length === 0) {
    throw invalidInput(
      `${file}: window: since-stage begins with the candidate's weight, but nothing says since when it has been in force`,
      {
        hint: 'Enter the stage with canary promote, write requests.weights: [{ from: TIME, weight: 5% }], or window: 60m.',
      },
    );
  }
  const beginMs = wholeSecond(Math.max(...begins));
  if (beginMs >= endMs) return { nothing: 'its weight has only just come into force and has not settled yet' };
  return { beginMs, endMs };
}

function wholeSecond(ms: number): number {
  return Math.floor(ms / 1000) * 1000;
}

function toldStage(
  rollout: Rollout,
  source: PrometheusSource,
  { answers, file }: KeptAnswers,
  before: Partial<SourceFacts> | undefined,
): ToldStage {
  const { numbers, untold, others } = numbersOf(rollout.plan, source, answers, rolesOfLabels(rollout));
  const lost = lostWindow(before?.window, answers.window);
  return {
    numbers,
    untold,
    files: [file],
    window: answers.window,
    checks: [answersCheck(answers, source, others, rollout.plan.requests.settleMs)],
    ...(lost === undefined ? {} : { lost }),
  };
}

/** What a label may call a version: what the plan's `versions` say, and its number and aliases. */
function rolesOfLabels(rollout: Rollout) {
  const roles = new Map(namesOfRoles(rollout));
  for (const [name, written] of Object.entries(rollout.plan.requests.versions ?? {})) {
    const role = roles.get(written);
    if (role === undefined) roles.delete(name);
    else roles.set(name, role);
  }
  return roles;
}

/** Counts that begin at another time are another experiment. */
function lostWindow(before: SourceFacts['window'], { from, to }: ServerAnswers['window']): string | undefined {
  if (before === undefined) return undefined;
  if (before.from !== from) return `the counts begin at ${from}, and those of the last look began at ${before.from}`;
  return to < before.to ? `the counts end at ${to}, and those of the last look at ${before.to}` : undefined;
}

/** Whether the answers are whole, and whose else they are. */
function answersCheck(
  { counters, values, aheadSeconds }: ServerAnswers,
  { versionLabel }: PrometheusSource,
  others: readonly string[],
  settleMs: number,
): CheckResult {
  const warnings = [
    ...new Set([...Object.values(counters), ...Object.values(values)].flatMap((answer) => answer.warnings)),
  ];
  const unnamed = others.includes('') ? [`some series have no label ${versionLabel}`] : [];
  const named = others.filter((each) => each !== '');
  const shown = named.slice(0, 5).join(', ');
  const rest = named.length > 5 ? `, and ${named.length - 5} more` : '';
  const strange =
    named.length === 0 ? [] : [`${versionLabel} has values that are neither of the two versions: ${shown}${rest}`];
  const aside = [...strange, ...unnamed];
  const twice = new Set(Object.values(counters).flatMap(({ series }) => scrapedTwiceBy(series) ?? []));
  const name = 'answers';
  const wrong = [
    ...(aheadSeconds === undefined ? [] : [clockClause(aheadSeconds, settleMs)]),
    ...[...twice].map(
      (label) =>
        `series differ by ${label} alone, so that the same requests are counted more than once: ask a server that keeps one of each, or write ${label}="ONE" in each selector`,
    ),
    ...(warnings.length === 0 ? [] : [`the metrics server warns: ${warnings.join('; ')}`]),
  ];
  if (wrong.length > 0) return { name, status: 'hold', detail: [...wrong, ...aside].join('; ') };
  return { name, status: 'pass', detail: ['the metrics server answered in full', ...aside].join('; ') };
}
