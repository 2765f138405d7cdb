import type { Role } from '../../domain/role.ts';
import { jackknifeGroups } from '../../stats/estimates/jackknife.ts';
import { both, isCounted, untoldAnswer } from '../table/conditions.ts';
import type { GroupMetric, LeaveGroupOut } from '../table/group-metric.ts';
import type { JudgedTable } from '../table/judged-table.ts';

/**
 * Unweighted mean over labels of F1 = 2 tp / (answered + true), over the labels that occur as an answer or as the truth (van
 * Rijsbergen 1979, Information Retrieval; the mean is that of scikit-learn's `f1_score(average='macro')`). A request without an answer is a
 * truth that was missed.
 */
export const macroF1: GroupMetric = {
  domain: isCounted,
  pairedDomain: both(isCounted),
  unusable: untoldAnswer,
  absent: 'no request has both a true label and an outcome that tells what was answered',
  async compute(judged, role, condition) {
    return leaveGroupsOut(await confusionCounts(judged, role, condition));
  },
};

/** Right answers, and answers plus truths, of one label by group. */
export interface LabelCounts {
  readonly hits: Float64Array;
  readonly occurrences: Float64Array;
}

async function confusionCounts(judged: JudgedTable, role: Role, condition: string): Promise<readonly LabelCounts[]> {
  const answer = `${role}_label`;
  const rows = await judged.db.columns(
    `SELECT class, jackknife_group AS unit_group, sum(hits)::DOUBLE AS hits, sum(occurrences)::DOUBLE AS occurrences FROM (
       SELECT label AS class, jackknife_group, count(*) FILTER (WHERE ${answer} = label) AS hits, count(*) AS occurrences
       FROM ${judged.name} WHERE ${condition} GROUP BY ALL
       UNION ALL
       SELECT ${answer} AS class, jackknife_group, 0 AS hits, count(*) AS occurrences
       FROM ${judged.name} WHERE ${condition} AND ${answer} IS NOT NULL GROUP BY ALL)
     GROUP BY ALL ORDER BY class, unit_group`,
  );
  const [groups, hits, occurrences] = [rows.numbers('unit_group'), rows.numbers('hits'), rows.numbers('occurrences')];
  const counts = new Map<string, LabelCounts>();
  for (const [row, label] of rows.strings('class').entries()) {
    const known = counts.get(label ?? '') ?? {
      hits: new Float64Array(jackknifeGroups),
      occurrences: new Float64Array(jackknifeGroups),
    };
    known.hits[groups[row] ?? 0] = hits[row] ?? 0;
    known.occurrences[groups[row] ?? 0] = occurrences[row] ?? 0;
    counts.set(label ?? '', known);
  }
  return [...counts.values()];
}

/** The mean over labels, of which each has occurred, on all requests and without each group. */
export function leaveGroupsOut(labels: readonly LabelCounts[]): LeaveGroupOut {
  const totals = labels.map(({ hits, occurrences }) => ({ hits: sumOf(hits), occurrences: sumOf(occurrences) }));
  const meanWithout = (group: number) => {
    let sum = 0;
    let present = 0;
    for (const [index, total] of totals.entries()) {
      const occurrences = total.occurrences - (labels[index]?.occurrences[group] ?? 0);
      if (occurrences === 0) continue;
      sum += (2 * (total.hits - (labels[index]?.hits[group] ?? 0))) / occurrences;
      present += 1;
    }
    return present === 0 ? Number.NaN : sum / present;
  };
  return {
    value: meanWithout(-1),
    without: Float64Array.from({ length: jackknifeGroups }, (_, group) => meanWithout(group)),
    floorVariance: floorVariance(totals.map(({ occurrences }) => occurrences / 2)),
  };
}

/**
 * The floor of proportions, as if four requests beyond those seen had changed, spread over the labels as the requests are. One
 * request moves F1 of its label by about 1 / n_k and the mean over K labels by 1 / (K n_k), so it is
 * 4 / (n K^2) * sum 1 / n_k: with labels of equal size (2 / n)^2, more where some are rare.
 */
function floorVariance(sizes: readonly number[]): number {
  const all = sizes.reduce((sum, size) => sum + size, 0);
  const inverse = sizes.reduce((sum, size) => sum + 1 / size, 0);
  return (4 * inverse) / (all * sizes.length ** 2);
}

function sumOf(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0);
}
