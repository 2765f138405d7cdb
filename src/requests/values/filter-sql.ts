import type { FieldCondition, FilterValue, RequestFilter } from '../../domain/log/request-filter.ts';
import { quoteIdentifier, quoteLiteral } from '../../database/database.ts';

/** The column that holds the text of a condition's field. */
export function filterColumn(index: number): string {
  return `where:${index}`;
}

/** The fields that a filter reads, by their columns. */
export function filterTexts(where: RequestFilter = []): [column: string, path: string][] {
  return where.map(({ field }, index) => [filterColumn(index), field]);
}

/** Condition on the columns of `filterTexts` under which a record counts; never NULL. */
export function countsSql(where: RequestFilter): string {
  return where.map((condition, index) => `(${conditionSql(textOf(index), condition)})`).join(' AND ');
}

/** UINTEGER whose bits say which of the filter's fields a record has. */
export function seenSql(where: RequestFilter): string {
  const bits = where.map((_, index) => `CASE WHEN ${textOf(index)} IS NULL THEN 0 ELSE ${2 ** index} END`);
  return `(${bits.join(' + ')})::UINTEGER`;
}

function textOf(index: number): string {
  return `nullif(trim(${quoteIdentifier(filterColumn(index))}), '')`;
}

function conditionSql(text: string, { is, not, prefix }: FieldCondition): string {
  return [
    ...(is === undefined ? [] : [oneOfSql(text, is)]),
    ...(not === undefined ? [] : [`NOT ${oneOfSql(text, not)}`]),
    ...(prefix === undefined ? [] : [`coalesce(starts_with(${text}, ${quoteLiteral(prefix)}), false)`]),
  ].join(' AND ');
}

function oneOfSql(text: string, values: readonly FilterValue[]): string {
  return `coalesce(${values.map((value) => equalsSql(text, value)).join(' OR ')}, false)`;
}

/** A text is compared as it is written, a number and a boolean by what they mean, in whatever container they lie. */
function equalsSql(text: string, value: FilterValue): string {
  if (value === null) return `${text} IS NULL`;
  if (typeof value === 'string') return `coalesce(${text} = ${quoteLiteral(value.trim())}, false)`;
  if (typeof value === 'boolean') return `coalesce(lower(${text}) = '${value}', false)`;
  return `coalesce(try_cast(${text} AS DOUBLE) = ${value}::DOUBLE, false)`;
}
