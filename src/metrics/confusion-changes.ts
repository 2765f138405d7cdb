import type { ConfusionChanges } from '../domain/evidence.ts';
import { roles } from '../domain/role.ts';
import {
  type LabelChange,
  type LabelCounts,
  type LabelPairs,
  type SegmentChange,
  trueLabelDimension,
} from '../domain/segments.ts';
import { chanceOfFall, chanceOfLosses } from '../stats/distances/binomial-tail.ts';
import { type ComparedSides, comparedSides } from './table/compared-sides.ts';
import { isCounted } from './table/conditions.ts';
import { countsBy } from './table/counts-by.ts';
import type { JudgedTable } from './table/judged-table.ts';
import { dimensionColumn } from './table/slice.ts';
import type { StageScope } from './table/stage-scope.ts';

/** Labels, and segments, that are kept: the size must not grow with the log. */
const mostKept = 50;

/** What chance does less often than this is named where nothing was proven. */
const worthTelling = 0.05;
const mostMistakenFor = 3;
const mostExamples = 3;

/** What stands for the answer of a version that gave none. */
const noAnswer = '(no answer)';

/**
 * How the answers changed by true label: each version's requests and those that it answered right and, in pairs, what only one of them
 * answered right, with ids of new mistakes; and the same by segment. A request without an answer is not right. The 50 labels and the 50 segments that lost most are kept.
 * @returns undefined where no answer is a label or no truth is known.
 */
export async function confusionChanges(table: JudgedTable, scope: StageScope): Promise<ConfusionChanges | undefined> {
  if (!(await areLabelsTold(table))) return undefined;
  const sides = comparedSides(scope, isCounted);
  const dimensions = [...scope.segmentValues.keys()].filter((dimension) => dimension !== trueLabelDimension);
  const [byLabel, ...byDimension] = await changesBy(table, scope, sides, ['label', ...dimensions.map(dimensionColumn)]);
  if (byLabel === undefined) return undefined;
  const ofPairs = scope.comparison === 'paired' ? await newMistakes(table, sides) : undefined;
  const changes = byLabel.map(({ value: label, pairs, ...change }): LabelChange => {
    if (pairs === undefined) return { label, ...change };
    const { examples = [], mistakenFor = [] } = ofPairs?.get(label) ?? {};
    return { label, ...change, pairs: { ...pairs, examples, mistakenFor } };
  });
  const segments = dimensions.flatMap((dimension, index) =>
    (byDimension[index] ?? []).map(({ value, pairs, ...change }): SegmentChange => ({
      segment: { [dimension]: value },
      ...change,
      ...(pairs === undefined ? {} : { pairs }),
    })),
  );
  return {
    comparison: scope.comparison,
    cohort: sides.cohort,
    labels: changes.length,
    changes: changes.toSorted(byLoss).slice(0, mostKept),
    ...(segments.length === 0 ? {} : { segments: segments.toSorted(byLoss).slice(0, mostKept) }),
  };
}

/** How answers changed for the requests of one value of a column. */
interface ValueChange {
  readonly value: string;
  readonly baseline: LabelCounts;
  readonly candidate: LabelCounts;
  readonly pairs?: Pick<LabelPairs, 'newMistakes' | 'fixed'>;
  readonly worse?: true;
}

/** The changes by the values of each column; undefined for a column of which one version has no request that counts. */
async function changesBy(
  table: JudgedTable,
  scope: StageScope,
  sides: ComparedSides,
  columns: readonly string[],
): Promise<readonly (readonly ValueChange[] | undefined)[]> {
  const counted = await countAnswers(table, columns, sides);
  return counted.map((values) => {
    const ofBaseline = values.filter(({ count }) => count('baseline') > 0);
    const ofCandidate = values.filter(({ count }) => count('baseline') === 0);
    if (ofBaseline.length === 0 || values.every(({ count }) => count('candidate') === 0)) return undefined;
    return [...ofBaseline, ...ofCandidate].map(({ value, count }): ValueChange => {
      const baseline = { requests: count('baseline'), correct: count('baseline_right') };
      const candidate = { requests: count('candidate'), correct: count('candidate_right') };
      const pairs = { newMistakes: count('new_mistakes'), fixed: count('fixed') };
      const isPaired = scope.comparison === 'paired';
      const chance = isPaired ? chanceOfLosses(pairs.newMistakes, pairs.fixed) : chanceOfFall(baseline, candidate);
      const worse = chance <= worthTelling ? ({ worse: true } as const) : {};
      return { value, baseline, candidate, ...(isPaired ? { pairs } : {}), ...worse };
    });
  });
}

async function areLabelsTold({ db, name }: JudgedTable): Promise<boolean> {
  const rows = await db.columns(
    `SELECT (count(baseline_label) + count(candidate_label))::DOUBLE AS answers FROM ${name}`,
  );
  return (rows.numbers('answers')[0] ?? 0) > 0;
}

function countWhere(condition: string): string {
  return `count(*) FILTER (WHERE ${condition})`;
}

/** Of a served comparison, what only pairs can tell means nothing. */
async function countAnswers({ db, name }: JudgedTable, columns: readonly string[], { condition }: ComparedSides) {
  const flags = roles.flatMap((role) => [
    `coalesce(${condition[role]}, false) AS ${role}_counted`,
    `coalesce(${role}_label = label, false) AS ${role}_right`,
  ]);
  return await countsBy(db, {
    from: `(SELECT ${[...columns, ...flags].join(', ')}, new_mistake_id FROM ${name}) WHERE baseline_counted OR candidate_counted`,
    columns,
    counts: {
      baseline: countWhere('baseline_counted'),
      candidate: countWhere('candidate_counted'),
      baseline_right: countWhere('baseline_counted AND baseline_right'),
      candidate_right: countWhere('candidate_counted AND candidate_right'),
      new_mistakes: countWhere('candidate_counted AND new_mistake_id IS NOT NULL'),
      fixed: countWhere('candidate_counted AND candidate_right AND NOT baseline_right'),
    },
    order: 'value',
  });
}

/** By true label, what the candidate answered in its new mistakes and the first of their ids. */
async function newMistakes(
  { db, name }: JudgedTable,
  sides: ComparedSides,
): Promise<ReadonlyMap<string, Pick<LabelPairs, 'mistakenFor' | 'examples'>>> {
  const rows = await db.columns(
    `SELECT label, answer, requests, to_json(list_slice(list_sort(flatten(list(first) OVER (PARTITION BY label))), 1, ${mostExamples}))::VARCHAR AS examples
     FROM (
       SELECT label, coalesce(candidate_label, '${noAnswer}') AS answer, count(*)::DOUBLE AS requests, min(new_mistake_id, ${mostExamples}) AS first
       FROM ${name} WHERE ${sides.condition.candidate} AND new_mistake_id IS NOT NULL GROUP BY label, answer)
     QUALIFY row_number() OVER (PARTITION BY label ORDER BY requests DESC, answer) <= ${mostMistakenFor}
     ORDER BY label, requests DESC, answer`,
  );
  const [answers, requests, examples] = [rows.strings('answer'), rows.numbers('requests'), rows.strings('examples')];
  const byLabel = new Map<string, Pick<LabelPairs, 'mistakenFor' | 'examples'>>();
  for (const [row, label] of rows.strings('label').entries()) {
    const answer = { label: answers[row] ?? '', requests: requests[row] ?? 0 };
    const before = byLabel.get(label ?? '')?.mistakenFor ?? [];
    byLabel.set(label ?? '', { mistakenFor: [...before, answer], examples: JSON.parse(examples[row] ?? '[]') });
  }
  return byLabel;
}

/** What lost most first: in pairs by requests, else by share. */
function byLoss(a: LabelChange | SegmentChange, b: LabelChange | SegmentChange): number {
  return lossOf(b) - lossOf(a) || (b.pairs?.newMistakes ?? 0) - (a.pairs?.newMistakes ?? 0) || byName(a, b);
}

function lossOf({ baseline, candidate, pairs }: LabelChange | SegmentChange): number {
  if (pairs !== undefined) return pairs.newMistakes - pairs.fixed;
  // A label that one side has no request of says nothing about a change.
  if (baseline.requests === 0 || candidate.requests === 0) return 0;
  return baseline.correct / baseline.requests - candidate.correct / candidate.requests;
}

function byName(a: LabelChange | SegmentChange, b: LabelChange | SegmentChange): number {
  const [one, other] = [nameOf(a), nameOf(b)];
  return one < other ? -1 : one > other ? 1 : 0;
}

function nameOf(change: LabelChange | SegmentChange): string {
  return 'label' in change ? change.label : JSON.stringify(Object.entries(change.segment));
}
