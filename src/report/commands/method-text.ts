import type { StageDetectability } from '../../domain/estimate.ts';
import { formatCount } from '../../domain/format-number.ts';
import type { Statistics } from '../../domain/plan.ts';
import { printableName } from '../words/printable.ts';
import { paragraph, type Style } from '../words/style.ts';
import { type Column, table } from '../words/table.ts';

/** A guardrail, and what its stages can show. */
interface ShownGuardrail {
  readonly metric: string;
  readonly detectable: readonly StageDetectability[] | string;
}

type RequestsByMethod = NonNullable<StageDetectability['requestsByMethod']>;

const columns: readonly Column[] = [
  { header: 'guardrail', align: 'left', heading: true, shrinksTo: 14 },
  { header: 'sequential', align: 'right' },
  { header: 'planned', align: 'right' },
  { header: 'planned, looks: 1', align: 'right' },
];

/** How many judged requests decide by each way to look, and which way is whose. Nothing where no guardrail's data are known. */
export function methodLines(
  guardrails: readonly ShownGuardrail[],
  { inference, looks }: Pick<Statistics, 'inference' | 'looks'>,
  style: Style,
): string[] {
  const rows = guardrails.flatMap(({ metric, detectable }) => {
    const found = byMethod(detectable);
    if (found === undefined) return [];
    const { sequential, planned, oneLook } = found;
    return [{ cells: [printableName(metric), ...[sequential, planned, oneLook].map(amountText)] }];
  });
  if (rows.length === 0) return [];
  const advice = adviceFor(inference, looks);
  return [table(columns, rows, style), ...(advice === undefined ? [] : [paragraph(advice, style, '  ')])];
}

function adviceFor(inference: Statistics['inference'], looks: 1 | undefined): string | undefined {
  if (looks === 1) return undefined;
  const once =
    "If a log is judged once, as in a merge request's pipeline, write statistics: { inference: planned, looks: 1 }.";
  switch (inference) {
    case 'sequential':
      return `${once} If it is judged again but ends at a known number of users, write inference: planned and plannedUnits with that number.`;
    case 'fixed':
    case 'planned':
      return once;
  }
}

/** The same of one guardrail in a sentence; undefined where it is not known. */
export function methodSentence({ detectable }: ShownGuardrail): string | undefined {
  const found = byMethod(detectable);
  if (found === undefined || found.sequential === null || found.oneLook === null) return undefined;
  return `A candidate that changes nothing passes at about ${amountText(found.sequential)} requests however often you look, or at ${amountText(found.oneLook)} in one look (statistics: { inference: planned, looks: 1 }).`;
}

/** Of several stages the last, which has the most data to go by. */
function byMethod(detectable: ShownGuardrail['detectable']): RequestsByMethod | undefined {
  return typeof detectable === 'string' ? undefined : detectable.at(-1)?.requestsByMethod;
}

/** Two significant digits are all that such a forecast is worth. */
function amountText(requests: number | null): string {
  if (requests === null) return 'none';
  const step = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(1, requests))) - 1);
  return formatCount(Math.ceil(requests / step) * step);
}
