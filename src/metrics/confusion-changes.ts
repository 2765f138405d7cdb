import type { ConfusionChanges } from '../domain/evidence.ts';
import type { Role } from '../domain/role.ts';
import {
  type LabelChange,
  type LabelCounts,
  type LabelPairs,
  type SegmentChange,
  trueLabelDimension,
} from '../domain/segments.ts';
import { chanceOfFall, chanceOfLosses } from '../stats/distances/binomial-tail.ts';
import { type ComparedSides, comparedSides } from './table/compared-sides.ts';
import { isCounted, isRight } from './table/conditions.ts';
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
  const byLabel = await changesBy(table, scope, sides, 'label');
  if (byLabel === undefined) return undefined;
  const mistakenFor = scope.comparison === 'paired' ? await answersInNewMistakes(table, sides) : undefined;
  const changes = byLabel.map(({ value: label, pairs, ...change }): LabelChange => {
    if (pairs === undefined) return { label, ...change };
    return { label, ...change, pairs: { ...pairs, mistakenFor: mistakenFor?.get(label) ?? [] } };
  });
  const segments: SegmentChange[] = [];
  for (const dimension of scope.segmentValues.keys()) {
    if (dimension === trueLabelDimension) continue;
    const found = (await changesBy(table, scope, sides, dimensionColumn(dimension))) ?? [];
    segments.push(...found.map(({ value, pairs, ...change }) => segmentChange({ [dimension]: value }, change, pairs)));
  }
  return {
    comparison: scope.comparison,
    cohort: sides.cohort,
    labels: changes.length,
    changes: changes.toSorted(byLoss).slice(0, mostKept),
    ...(segments.length === 0 ? {} : { segments: segments.toSorted(byLoss).slice(0, mostKept) }),
  };
}

function segmentChange(
  segment: SegmentChange['segment'],
  change: Pick<SegmentChange, 'baseline' | 'candidate' | 'worse'>,
  pairs: Pick<LabelPairs, 'newMistakes' | 'fixed'> | undefined,
): SegmentChange {
  if (pairs === undefined) return { segment, ...change };
  return { segment, ...change, pairs: { newMistakes: pairs.newMistakes, fixed: pairs.fixed } };
}

/** How answers changed for the requests of one value of a column. */
interface ValueChange {
  readonly value: string;
  readonly baseline: LabelCounts;
  readonly candidate: LabelCounts;
  readonly pairs?: Omit<LabelPairs, 'mistakenFor'>;
  readonly worse?: true;
}

/** @returns undefined where one version has no request that counts. */
async function changesBy(
  table: JudgedTable,
  scope: StageScope,
  sides: ComparedSides,
  column: string,
): Promise<readonly ValueChange[] | undefined> {
  const baseline = await countsBy(table, column, 'baseline', sides);
  const candidate = await countsBy(table, column, 'candidate', sides);
  if (baseline.size === 0 || candidate.size === 0) return undefined;
  const pairs = scope.comparison === 'paired' ? await pairsBy(table, column, sides) : undefined;
  return [...new Set([...baseline.keys(), ...candidate.keys()])].map((value): ValueChange => {
    const counts = { baseline: baseline.get(value) ?? none, candidate: candidate.get(value) ?? none };
    const ofValue = pairs === undefined ? undefined : (pairs.get(value) ?? noPairs);
    const chance =
      ofValue === undefined
        ? chanceOfFall(counts.baseline, counts.candidate)
        : chanceOfLosses(ofValue.newMistakes, ofValue.fixed);
    return {
      value,
      ...counts,
      ...(ofValue === undefined ? {} : { pairs: ofValue }),
      ...(chance <= worthTelling ? { worse: true } : {}),
    };
  });
}

async function areLabelsTold({ db, name }: JudgedTable): Promise<boolean> {
  const rows = await db.columns(
    `SELECT (count(baseline_label) + count(candidate_label))::DOUBLE AS answers FROM ${name}`,
  );
  return (rows.numbers('answers')[0] ?? 0) > 0;
}

const none: LabelCounts = { requests: 0, correct: 0 };
const noPairs = { newMistakes: 0, fixed: 0, examples: [] };

async function countsBy(
  { db, name }: JudgedTable,
  column: string,
  role: Role,
  { condition }: ComparedSides,
): Promise<ReadonlyMap<string, LabelCounts>> {
  const rows = await db.columns(
    `SELECT ${column} AS value, count(*)::DOUBLE AS requests, sum(${isRight(role)})::DOUBLE AS correct
     FROM ${name} WHERE ${condition[role]} AND ${column} IS NOT NULL GROUP BY value ORDER BY value`,
  );
  const [requests, correct] = [rows.numbers('requests'), rows.numbers('correct')];
  return new Map(
    rows
      .strings('value')
      .map((value, row) => [value ?? '', { requests: requests[row] ?? 0, correct: correct[row] ?? 0 }]),
  );
}

async function pairsBy(
  { db, name }: JudgedTable,
  column: string,
  sides: ComparedSides,
): Promise<ReadonlyMap<string, Omit<LabelPairs, 'mistakenFor'>>> {
  const isFixed = `${isRight('candidate')} > ${isRight('baseline')}`;
  // In pairs both sides are the same requests.
  const rows = await db.columns(
    `SELECT ${column} AS value, count(new_mistake_id)::DOUBLE AS new_mistakes, count(*) FILTER (WHERE ${isFixed})::DOUBLE AS fixed,
       to_json(coalesce(min(new_mistake_id, ${mostExamples}), []))::VARCHAR AS examples
     FROM ${name} WHERE ${sides.condition.candidate} AND ${column} IS NOT NULL GROUP BY value ORDER BY value`,
  );
  const [newMistakes, fixed, examples] = [
    rows.numbers('new_mistakes'),
    rows.numbers('fixed'),
    rows.strings('examples'),
  ];
  return new Map(
    rows
      .strings('value')
      .map((value, row) => [
        value ?? '',
        { newMistakes: newMistakes[row] ?? 0, fixed: fixed[row] ?? 0, examples: JSON.parse(examples[row] ?? '[]') },
      ]),
  );
}

async function answersInNewMistakes(
  { db, name }: JudgedTable,
  sides: ComparedSides,
): Promise<ReadonlyMap<string, LabelPairs['mistakenFor']>> {
  const condition = sides.condition.candidate;
  const rows = await db.columns(
    `SELECT label, coalesce(candidate_label, '${noAnswer}') AS answer, count(*)::DOUBLE AS requests FROM ${name}
     WHERE ${condition} AND new_mistake_id IS NOT NULL GROUP BY label, answer
     QUALIFY row_number() OVER (PARTITION BY label ORDER BY requests DESC, answer) <= ${mostMistakenFor}
     ORDER BY label, requests DESC, answer`,
  );
  const [answers, requests] = [rows.strings('answer'), rows.numbers('requests')];
  const byLabel = new Map<string, LabelPairs['mistakenFor']>();
  for (const [row, label] of rows.strings('label').entries()) {
    const answer = { label: answers[row] ?? '', requests: requests[row] ?? 0 };
    byLabel.set(label ?? '', [...(byLabel.get(label ?? '') ?? []), answer]);
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
