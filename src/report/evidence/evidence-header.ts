import { holdsNumbers } from '../../domain/told-number.ts';
import type { CohortSize, Evidence, EvidenceInputs, OutcomeCounts, VersionFacts } from '../../domain/evidence.ts';
import type { LoadFacts } from '../../domain/load.ts';
import type { SourceFacts } from '../../domain/log/source-facts.ts';
import type { RequestFileFacts } from '../../domain/log/request-file-facts.ts';
import { countOf, exactNumber, formatCount, formatShare } from '../../domain/format-number.ts';
import { logFormatTraits } from '../../domain/log/log-format.ts';
import { lookAdvice, validityOf } from '../words/inference-text.ts';
import { toldSize, printableName } from '../words/printable.ts';
import { fields, type Style, type Symbols, symbolsOf } from '../words/style.ts';

/** What was evaluated, from what, and on whom: the lines above the tables. Where the state of the rollout decided, nothing was looked at. */
export function evidenceHeader(evidence: Evidence, model: string | undefined, style: Style): string {
  const facts = evidenceFacts(evidence, model, symbolsOf(style));
  return fields(
    evidence.stage.look === 0 ? facts.filter(([name]) => ['plan', 'model', 'stage'].includes(name)) : facts,
    style,
  );
}

/** The same as names and what they are. */
export function evidenceFacts(
  evidence: Evidence,
  model: string | undefined,
  { arrow, separator }: Pick<Symbols, 'arrow' | 'separator'>,
): readonly (readonly [name: string, text: string])[] {
  const { inputs, cohorts, stage } = evidence;
  const versions = `${versionText(inputs.baseline)} ${arrow} ${versionText(inputs.candidate)}`;
  const sizes = toldCohorts(cohorts).map(
    ({ name, units, requests }) => `${name} ${countOf(units, 'user')}, ${countOf(requests, 'request')}`,
  );
  return [
    ['plan', printableName(evidence.plan.name)],
    ['model', model === undefined ? versions : `${printableName(model)} ${versions}`],
    ['stage', `${printableName(stage.name)}: ${exposure(stage.weight)}`],
    ['look', lookText(evidence)],
    ...(holdsNumbers(inputs.format)
      ? numbersFields(evidence, separator)
      : requestFields(evidence, sizes.join(` ${separator} `))),
    ...Object.entries(inputs.sources ?? {}).map(([name, said]) => [name, sourceText(evidence, name, said)] as const),
    ['intervals', statisticsText(evidence)],
  ];
}

function requestFields(evidence: Evidence, sizes: string): [string, string][] {
  return [
    ['requests', requestsText(evidence.inputs.requests)],
    ...sampleFields(evidence.inputs),
    ['cohorts', sizes],
    ['errors', errorsText(evidence)],
    ...(evidence.inputs.load === undefined
      ? []
      : [['load', loadText(evidence.inputs.load)] satisfies [string, string]]),
    ...(evidence.inputs.repeats === undefined
      ? []
      : [['repeats', repeatsText(evidence.inputs.repeats)] satisfies [string, string]]),
  ];
}

/** Whose requests were read, where it is not everyone's. */
function sampleFields({ sample, requests }: EvidenceInputs): [string, string][] {
  if (sample === undefined) return [];
  const others = requests.reduce((sum, { unsampled = 0 }) => sum + unsampled, 0);
  const text = `${formatShare(sample.units)} of the users, salt ${printableName(sample.salt)}; ${countOf(others, 'row')} of others not read`;
  return [['sample', text]];
}

/** Where numbers without requests are from, and what they tell of how many requests they are about. */
function numbersFields({ inputs, cohorts }: Evidence, separator: string): [string, string][] {
  const from = toldText(inputs);
  const nobody = { units: 0, requests: 0 };
  const sizeOf = (name: string) => toldSize(cohorts.find((cohort) => cohort.name === name) ?? nobody);
  const [baseline, candidate] = [printableName(inputs.baseline.version), printableName(inputs.candidate.version)];
  return [
    ['numbers', `${from}; no request was read`],
    ['about', `${candidate} ${sizeOf('canary')} ${separator} ${baseline} ${sizeOf('stable')}`],
  ];
}

/** How many numbers were read, and from where. */
function toldText({ requests, window }: Pick<SourceFacts, 'requests' | 'window'>): string {
  const numbers = requests.reduce((sum, file) => sum + file.rows, 0);
  if (window !== undefined)
    return `${countOf(numbers, 'series', 'series')} of a metrics server, ${window.from} to ${window.to}`;
  return requests.length === 0 ? 'in the plan' : `${countOf(numbers, 'number')} in ${countOf(requests.length, 'file')}`;
}

/** What a further source said, and that its looks began anew where they did. */
function sourceText({ stage, statistics }: Evidence, name: string, said: SourceFacts): string {
  const { series = 1 } = statistics.sources?.[name] ?? {};
  const why = stage.newSeriesOf?.[name];
  return `${toldText(said)}; series ${formatCount(series)}${why === undefined ? '' : `: ${lostText(why, statistics)}`}`;
}

/** The two sides of a split; where one of them is empty, everyone. */
function toldCohorts(cohorts: readonly CohortSize[]): readonly CohortSize[] {
  const sides = cohorts.filter(({ name, requests }) => name !== 'all' && requests > 0);
  const everyone = cohorts.filter(({ name }) => name === 'all');
  return sides.length < 2 && everyone.length > 0 ? everyone : sides;
}

function versionText({ version, runtime, backend, oneByOne }: VersionFacts): string {
  const how = [
    runtime,
    ...(backend === undefined ? [] : [printableName(backend)]),
    ...(oneByOne === undefined ? [] : ['asked one by one']),
  ];
  return `${printableName(version)} (${how.join(', ')})`;
}

function repeatsText(repeats: number): string {
  return `each request was asked ${formatCount(repeats)} times of each version and counts as one, by the mean of its answers`;
}

function loadText({ rate, concurrency, speedup = 1 }: LoadFacts): string {
  const atOnce = concurrency === undefined ? '' : `, ${formatCount(concurrency)} at once at most`;
  if (rate === undefined) return `timed with ${countOf(concurrency ?? 1, 'client')}, each waiting for its answers`;
  if (rate !== 'recorded') return `timed at ${exactNumber(rate)} requests per second${atOnce}`;
  return `timed at the log's own times${speedup === 1 ? '' : `, ${exactNumber(speedup)} times as fast`}${atOnce}`;
}

function exposure(weight: number): string {
  if (weight === 0) return 'shadow, 0% of users; everything is replayed, nobody is exposed';
  return `${formatShare(weight)} of users would get the candidate`;
}

function lookText(evidence: Evidence): string {
  const { stage, statistics, inputs, cohorts } = evidence;
  const look = `${formatCount(stage.look)} (series ${formatCount(stage.series)})`;
  if (stage.newSeries !== undefined) return `${look}: ${lostText(stage.newSeries, statistics)}`;
  if (statistics.inference === 'sequential' && holdsNumbers(inputs.format))
    return `${look}; looking again is safe where the numbers count from the same start`;
  const users = toldCohorts(cohorts).reduce((sum, { units }) => sum + units, 0);
  return `${look}; ${lookAdvice(statistics, users)}`;
}

/** What is no longer promised: each series has its own chance of a false alarm. */
function lostText(why: string, { confidence }: Evidence['statistics']): string {
  const alpha = `${exactNumber(Number((1 - confidence).toFixed(9)), 2)}%`;
  return `the ${alpha} hold for each series on its own, no longer for all looks; ${why}`;
}

function requestsText(files: readonly RequestFileFacts[]): string {
  const rejected = totals(files.map((file) => file.rejected));
  const rows = files.reduce((sum, file) => sum + file.rows, 0);
  const leftOut = files.reduce((sum, file) => sum + (file.leftOut?.records ?? 0), 0);
  const collapsed = files.reduce((sum, file) => sum + file.collapsed, 0);
  return [
    `${countOf(rows, 'row')} in ${countOf(files.length, 'file')}`,
    `${formatCount(sumOf(rejected))} rejected${reasonsText(rejected)}`,
    ...(leftOut === 0 ? [] : [`${formatCount(leftOut)} left out`]),
    ...(collapsed === 0 ? [] : [`${countOf(collapsed, 'identical copy', 'identical copies')} collapsed`]),
  ].join(', ');
}

function errorsText({ inputs, outcomes }: Evidence): string {
  const { format = 'canary' } = inputs;
  const holdsErrors = holdsNumbers(format) || logFormatTraits[format].errors === true;
  const told = ({ version, backend }: VersionFacts, counts: OutcomeCounts) =>
    holdsErrors || backend !== undefined ? errorsOf(version, counts) : `${printableName(version)} not recorded`;
  const both = [told(inputs.baseline, outcomes.baseline), told(inputs.candidate, outcomes.candidate)].join(', ');
  // An asking that failed beside others that did not is a part of error_rate alone.
  return inputs.repeats === undefined ? both : `${both}; requests of which no asking was answered`;
}

function errorsOf(version: string, { requests, errors, retries }: OutcomeCounts): string {
  const again = retries === undefined ? '' : `, ${countOf(retries, 'retry', 'retries')}`;
  return `${printableName(version)} ${formatCount(sumOf(errors))} of ${formatCount(requests)}${reasonsText(errors)}${again}`;
}

function statisticsText({ statistics }: Evidence): string {
  const { confidence, inference, tests } = statistics;
  const shared = `${exactNumber(Number((1 - confidence).toFixed(9)), 2)}%`;
  return `at ${exactNumber(confidence, 2)}%, ${validityOf(inference)}; ${countOf(tests, 'test')} share the ${shared} for breaches`;
}

function totals(counts: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const sums = new Map<string, number>();
  for (const [reason, count] of counts.flatMap((record) => Object.entries(record))) {
    sums.set(reason, (sums.get(reason) ?? 0) + count);
  }
  return Object.fromEntries(sums);
}

function sumOf(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

/** ` (missing-unit 3, unreadable 1)`, or nothing where nothing was counted. */
function reasonsText(counts: Readonly<Record<string, number>>): string {
  const counted = Object.entries(counts).filter(([, count]) => count > 0);
  if (counted.length === 0) return '';
  return ` (${counted.map(([reason, count]) => `${printableName(reason)} ${formatCount(count)}`).join(', ')})`;
}

/** One look in words. */
interface LookRow {
  readonly evaluated: string;
  readonly stage: string;
  readonly look: string;
  readonly requests: string;
  readonly verdict: string;
}

/** The looks at a rollout as rows, in the order given. */
export function lookRows(looks: readonly Evidence[]): LookRow[] {
  return looks.map(({ createdAt, stage, cohorts, verdict }) => ({
    evaluated: createdAt,
    stage: printableName(stage.name),
    look: `${formatCount(stage.look)} (series ${formatCount(stage.series)})`,
    requests: formatCount(cohorts.find(({ name }) => name === 'all')?.requests ?? 0),
    verdict: verdict.decision.toUpperCase(),
  }));
}
