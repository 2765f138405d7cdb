import type { ConfusionChanges, LabelChange, LabelCounts, LabelPairs } from '../domain/evidence.ts';
import type { Role } from '../domain/role.ts';
import { type ComparedSides, comparedSides } from './table/compared-sides.ts';
import { isCounted, isRight } from './table/conditions.ts';
import type { JudgedTable } from './table/judged-table.ts';
import type { StageScope } from './table/stage-scope.ts';

const mostLabels = 50;
const mostMistakenFor = 3;
const mostExamples = 3;

/** What stands for the answer of a version that gave none. */
const noAnswer = '(no answer)';

/**
 * How the answers changed by true label: each version's requests and those that it answered right and, in pairs, what only one of them
 * answered right, with ids of new mistakes. A request without an answer is not right. The 50 labels that lost most are kept, so that the size does not grow with the log.
 * @returns undefined where no answer is a label or no truth is known.
 */
export async function confusionChanges(table: JudgedTable, scope: StageScope): Promise<ConfusionChanges | undefined> {
  if (!(await areLabelsTold(table))) return undefined;
  const sides = comparedSides(scope, isCounted);
  const baseline = await countsByLabel(table, 'baseline', sides);
  const candidate = await countsByLabel(table, 'candidate', sides);
  if (baseline.size === 0 || candidate.size === 0) return undefined;
  const pairs = scope.comparison === 'paired' ? await pairsByLabel(table, sides) : undefined;
  const labels = [...new Set([...baseline.keys(), ...candidate.keys()])];
  const changes = labels.map((label): LabelChange => {
    const ofLabel = pairs === undefined ? {} : { pairs: pairs.get(label) ?? noPairs };
    return { label, baseline: baseline.get(label) ?? none, candidate: candidate.get(label) ?? none, ...ofLabel };
  });
  return {
    comparison: scope.comparison,
    cohort: sides.cohort,
    labels: labels.length,
    changes: changes.toSorted(byLoss).slice(0, mostLabels),
  };
}

async function areLabelsTold({ db, name }: JudgedTable): Promise<boolean> {
  const rows = await db.columns(
    `SELECT (count(baseline_label) + count(candidate_label))::DOUBLE AS answers FROM ${name}`,
  );
  return (rows.numbers('answers')[0] ?? 0) > 0;
}

const none: LabelCounts = { requests: 0, correct: 0 };
const noPairs: LabelPairs = { newMistakes: 0, fixed: 0, mistakenFor: [], examples: [] };

async function countsByLabel(
  { db, name }: JudgedTable,
  role: Role,
  { condition }: ComparedSides,
): Promise<ReadonlyMap<string, LabelCounts>> {
  const rows = await db.columns(
    `SELECT label, count(*)::DOUBLE AS requests, sum(${isRight(role)})::DOUBLE AS correct
     FROM ${name} WHERE ${condition[role]} GROUP BY label ORDER BY label`,
  );
  const [requests, correct] = [rows.numbers('requests'), rows.numbers('correct')];
  return new Map(
    rows
      .strings('label')
      .map((label, row) => [label ?? '', { requests: requests[row] ?? 0, correct: correct[row] ?? 0 }]),
  );
}

async function pairsByLabel(table: JudgedTable, sides: ComparedSides): Promise<ReadonlyMap<string, LabelPairs>> {
  const { db, name } = table;
  // In pairs both sides are the same requests.
  const condition = sides.condition.candidate;
  const isFixed = `${isRight('candidate')} > ${isRight('baseline')}`;
  const rows = await db.columns(
    `SELECT label, count(new_mistake_id)::DOUBLE AS new_mistakes, count(*) FILTER (WHERE ${isFixed})::DOUBLE AS fixed,
       to_json(coalesce(min(new_mistake_id, ${mostExamples}), []))::VARCHAR AS examples
     FROM ${name} WHERE ${condition} GROUP BY label ORDER BY label`,
  );
  const mistakenFor = await answersInNewMistakes(table, condition);
  const [newMistakes, fixed, examples] = [
    rows.numbers('new_mistakes'),
    rows.numbers('fixed'),
    rows.strings('examples'),
  ];
  return new Map(
    rows.strings('label').map((label, row) => [
      label ?? '',
      {
        newMistakes: newMistakes[row] ?? 0,
        fixed: fixed[row] ?? 0,
        mistakenFor: mistakenFor.get(label ?? '') ?? [],
        examples: JSON.parse(examples[row] ?? '[]'),
      },
    ]),
  );
}

async function answersInNewMistakes(
  { db, name }: JudgedTable,
  condition: string,
): Promise<ReadonlyMap<string, LabelPairs['mistakenFor']>> {
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

/** The label that lost most first: in pairs by requests, else by share. */
function byLoss(a: LabelChange, b: LabelChange): number {
  return lossOf(b) - lossOf(a) || (b.pairs?.newMistakes ?? 0) - (a.pairs?.newMistakes ?? 0) || byName(a, b);
}

function lossOf({ baseline, candidate, pairs }: LabelChange): number {
  if (pairs !== undefined) return pairs.newMistakes - pairs.fixed;
  // A label that one side has no request of says nothing about a change.
  if (baseline.requests === 0 || candidate.requests === 0) return 0;
  return baseline.correct / baseline.requests - candidate.correct / candidate.requests;
}

function byName({ label: a }: LabelChange, { label: b }: LabelChange): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
