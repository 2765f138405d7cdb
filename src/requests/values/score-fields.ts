import type { RequestFields } from '../../domain/log/log-format.ts';
import { pathOf, type RecordPath } from '../../domain/log/record-path.ts';
import type { Role } from '../../domain/role.ts';
import { toldIn } from '../../domain/scores/answer-numbers.ts';
import type { WantedField } from '../containers/record-scan.ts';
import { scoreColumn, shownFirstColumn, type WantedValues } from './wanted-values.ts';

/** The columns that say whose answer was shown first, where a preference between two answers is read. */
export function shownFirstColumns(wanted: WantedValues): readonly string[] {
  return preferences(wanted).map(({ name }) => shownFirstColumn(name));
}

function preferences({ scores = [] }: WantedValues): readonly { readonly name: string; readonly field: string }[] {
  return scores.flatMap(({ name, field }) => (field === undefined ? [] : [{ name, field }]));
}

/**
 * The numbers beside answers: scores, preferences, and what answering took.
 * @param versions whose outcomes are read, each with what the log calls it.
 */
export function scoreFields(
  wanted: WantedValues,
  fields: Pick<RequestFields, 'served' | 'outcomes'>,
  versions: readonly (readonly [role: Role, names: readonly string[]])[],
): readonly WantedField[] {
  const { scores = [], numbers } = wanted;
  const beside = versions.flatMap(([role, names]) => {
    // A record of one outcome holds these beside it.
    const places = fields.served === undefined ? names.map((name) => [...pathOf(fields.outcomes), name]) : [[]];
    const inside = (column: string, path: RecordPath) =>
      firstOf(
        column,
        places.map((place) => [...place, ...path]),
      );
    return [
      ...scores.flatMap(({ name, from, field }) => {
        const column = scoreColumn(role, name);
        if (from === 'outcome') return inside(column, ['scores', name]);
        return field === undefined
          ? []
          : firstOf(
              column,
              names.map((version) => [...pathOf(field), version]),
            );
      }),
      ...toldIn(numbers).flatMap(
        ([
          name,
          {
            paths: [own],
          },
        ]) => inside(`${role}_${name}`, own),
      ),
    ];
  });
  const first = preferences(wanted).map(({ name, field }): WantedField => {
    return { column: shownFirstColumn(name), path: [...pathOf(field), 'first'], as: 'text' };
  });
  return [...beside, ...first];
}

/** A number at the first of some places that has it. */
function firstOf(column: string, [path, ...otherwise]: readonly RecordPath[]): WantedField[] {
  if (path === undefined) return [];
  return [{ column, path, as: 'text', isNumber: true, ...(otherwise.length === 0 ? {} : { otherwise }) }];
}
