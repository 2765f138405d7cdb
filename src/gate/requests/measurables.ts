import { countOf, formatCount, formatQuantity } from '../../domain/format-number.ts';
import { type Role, roles } from '../../domain/role.ts';
import type { OutcomeSources, FormatLimits } from '../outcomes/outcome-sources.ts';
import type { Measurable, RequestsInspection } from '../../report/commands/requests-text.ts';
import type { DescribedRequests } from '../../requests/explain/describe-requests.ts';
import type { RequestTotals } from '../../requests/table/request-totals.ts';
import { guardedMetrics } from '../../domain/judged.ts';
import { metricTraits } from '../../domain/metric.ts';
import type { RoleNumber } from '../../metrics/role-number.ts';
import { ToldMeasurer } from '../../metrics/told-measurer.ts';
import { readServerStage } from '../dashboards/told-by-server.ts';
import type { World } from '../world.ts';
import { readToldStage, type ToldStage } from '../dashboards/read-told.ts';
import { type Rollout, stageOf } from '../rollout/rollout.ts';

/** What guardrails can ask of a log, from what it holds and what a replay adds. */
export function measurablesOf(
  sources: OutcomeSources,
  totals: RequestTotals,
  described: DescribedRequests,
  limits: FormatLimits,
): readonly Measurable[] {
  const replayed = roles.filter((role) => sources[role].predictions === 'replayed');
  return [
    comparison(replayed, described, totals),
    limited('latency', limits.latency) ?? latency(sources, described),
    limited('errors', limits.errors) ?? errors(replayed, totals),
    quality(totals, described),
    users(totals, described),
  ];
}

/** What the format itself keeps from being told. */
function limited(what: string, why: string | undefined): Measurable | undefined {
  return why === undefined ? undefined : cannot(what, why);
}

function can(what: string, why: string): Measurable {
  return { what, can: true, why };
}

function cannot(what: string, why: string): Measurable {
  return { what, can: false, why };
}

function comparison(
  replayed: readonly Role[],
  { pairs, outcomes }: DescribedRequests,
  { accepted }: RequestTotals,
): Measurable {
  const what = 'both versions';
  if (replayed.length === 2) return can(what, 'a replay asks both versions: the same requests, in pairs');
  if (pairs > 0)
    return can(
      what,
      `${formatCount(pairs)} of ${countOf(accepted, 'request')} have both versions' outcomes: compared in pairs`,
    );
  if (replayed.length === 1)
    return can(what, 'one version is replayed, the other recorded: in pairs where the log has its outcome');
  if (outcomes > 0)
    return can(what, "each request has one version's outcome: candidate on some users against baseline on others");
  return cannot(what, 'no request has an outcome of either version, and nothing is replayed');
}

function latency(sources: OutcomeSources, { timed, outcomes }: DescribedRequests): Measurable {
  const what = 'latency';
  if (roles.some((role) => sources[role].latency === 'measured'))
    return can(what, 'measured in a replay on this machine');
  if (timed > 0)
    return can(what, `recorded of ${formatCount(timed)} of ${countOf(outcomes, 'request')} with an outcome`);
  return outcomes > 0
    ? cannot(what, 'no outcome says how long it took')
    : cannot(what, 'the log has no outcome, and no guardrail on latency asks for a replay');
}

function errors(replayed: readonly Role[], { holdsErrors, outcomes }: RequestTotals): Measurable {
  const what = 'errors';
  if (replayed.length === 2) return can(what, 'a replay sees every error');
  const silent = roles.filter((role) => !replayed.includes(role) && holdsErrors[role] !== true);
  if (silent.length > 0)
    return cannot(
      what,
      `the log has no place for errors of the ${silent.join(' and the ')}, so finding none means nothing`,
    );
  return can(what, `recorded with the outcomes (${Object.values(outcomes).map(formatCount).join(' and ')})`);
}

function quality({ accepted }: RequestTotals, { labels }: DescribedRequests): Measurable {
  const what = 'quality';
  return labels.requests > 0
    ? can(what, `the truth is known of ${formatCount(labels.requests)} of ${countOf(accepted, 'request')}`)
    : cannot(what, 'no request has a label: only agreement can be judged, not quality');
}

function users({ units, accepted, sharedUnits }: RequestTotals, { requestsPerUnit }: DescribedRequests): Measurable {
  const what = 'users';
  if (units < 2) return cannot(what, 'all requests are from one user, so chance cannot be told from change');
  const shared = sharedUnits > 0 ? `; both versions served ${formatCount(sharedUnits)} of them` : '';
  const heavy =
    requestsPerUnit.most > 0.1 * accepted
      ? `; one of them made ${formatCount(requestsPerUnit.most)} requests, which weighs heavily`
      : '';
  return can(what, `${countOf(units, 'user')} are the units of evidence${shared}${heavy}`);
}

/** What numbers per version hold, and on which of the plan's metrics an interval can be put. */
export async function inspectTold(
  world: World,
  rollout: Rollout,
  name: string | undefined,
): Promise<RequestsInspection> {
  const { plan } = rollout;
  const stage = stageOf(rollout, name);
  const read =
    plan.requests.format === 'prometheus'
      ? await readServerStage(world, rollout, stage, undefined, false)
      : await readToldStage(rollout, stage);
  const {
    numbers,
    files,
    untold,
    checks = [],
  }: ToldStage = 'nothing' in read ? { numbers: [], files: [], checks: [] } : read;
  const measurer = new ToldMeasurer(numbers, untold);
  const measures: Measurable[] = [];
  for (const metric of guardedMetrics(plan)) {
    const subject = { metric, comparison: 'served', slice: { cohort: 'canary', segment: null } } as const;
    const own = await measurer.measure(subject, 'own');
    const told = numbers.filter((number) => number.metric.id === metric.id && number.segment === null).map(numberText);
    const { id: what } = metric;
    if (own.kind === 'uncomputable') measures.push({ what, can: false, why: own.reason });
    else if (own.kind === 'valueOnly')
      measures.push({ what, can: true, why: `${told.join(', ')}; as a point: ${own.refusal.reason}` });
    else measures.push({ what, can: true, why: `${told.join(', ')}; with an interval` });
  }
  return {
    plan: plan.name,
    format: plan.requests.format,
    files: files.map(({ path, rows, bytes }) => ({ path, rows, bytes })),
    rows: numbers.length,
    accepted: numbers.length,
    collapsed: 0,
    outsideWindow: 0,
    leftOut: 0,
    unsampled: 0,
    notes: 'nothing' in read ? [read.nothing] : checks.map(({ detail }) => detail),
    rejected: [],
    units: 0,
    segments: [],
    measures,
  };
}

function numberText({ role, metric, value, count, units }: RoleNumber): string {
  const size = [
    ...(count === undefined ? [] : [countOf(count, 'request')]),
    ...(units === undefined ? [] : [countOf(units, 'user')]),
  ];
  return `${role} ${formatQuantity(value, metricTraits(metric).unit)}${size.length === 0 ? '' : ` of ${size.join(' by ')}`}`;
}
