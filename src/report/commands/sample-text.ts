import { formatShare } from '../../domain/format-number.ts';
import { printableName } from '../words/printable.ts';
import { paragraph, type Style } from '../words/style.ts';
import { type Column, table } from '../words/table.ts';
import { changesOf, type GuardrailReview } from './waiting-text.ts';

/** A log with fewer requests than this is read whole in seconds. */
const largeLog = 100_000;

interface SampledReview {
  readonly log: { readonly requests: number } | { readonly numbers: number };
  readonly stages: readonly { readonly name: string }[];
  readonly guardrails: readonly GuardrailReview[];
  readonly sample?: number;
}

/** How many of the log's users each guardrail needs by stage, where a sample is read or would spare most of a large log. */
export function sampleLines({ log, stages, guardrails, sample }: SampledReview, style: Style): string[] {
  const isLarge = 'requests' in log && log.requests >= largeLog;
  if (sample === undefined && !isLarge) return [];
  const shares = guardrails.map(({ metric, detectable }) => ({
    metric,
    byStage: new Map(changesOf(detectable).map(({ stage, smallestSample }) => [stage, smallestSample])),
  }));
  const told = shares.filter(({ byStage }) => [...byStage.values()].some((share) => share !== undefined));
  const shown = stages.filter(({ name }) => told.some(({ byStage }) => byStage.get(name) !== undefined));
  if (shown.length === 0) return [];
  const columns: Column[] = [
    { header: 'guardrail', align: 'left', heading: true, shrinksTo: 14 },
    ...shown.map(({ name }): Column => ({ header: printableName(name), align: 'right' })),
  ];
  const rows = told.map(({ metric, byStage }) => ({
    cells: [printableName(metric), ...shown.map(({ name }) => shareText(byStage.get(name)))],
  }));
  const advice =
    sample === undefined
      ? 'requests: { sample: { units: SHARE } } reads no more than that; a larger share later continues the series of looks.'
      : `The plan reads ${formatShare(sample)}; a larger share continues the series of looks.`;
  return [table(columns, rows, style), paragraph(advice, style, '  ')];
}

/** Rounded up to two significant digits, which is all that such a forecast is worth. */
function shareText(share: number | null | undefined): string {
  if (share === undefined) return 'unknown';
  if (share === null) return 'more than all';
  const step = 10 ** (Math.floor(Math.log10(share)) - 1);
  return formatShare(Math.min(1, Math.ceil(share / step) * step));
}
