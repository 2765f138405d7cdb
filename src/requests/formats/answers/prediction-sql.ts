import type { AnswerForm } from '../../../domain/log/log-format.ts';
import { quoteLiteral } from '../../../database/database.ts';
import type { AnswerReading, ScoreOwner } from './answer-reading.ts';
import { isLabelSql, labelListSql, numberSql, partsOf, type AnswerParts, probabilitySql } from './answer-sql.ts';

/**
 * One answer as a prediction of canary's own, VARCHAR: a label as it is written, a number, or an object with `label` or
 * `scores`. What does not fit the reading stays as it is written, and counts as no prediction later.
 * @param name of the columns with the answer's parts, as `withPartsSql` makes them.
 * @param labels those of the version's classification, in their order.
 */
export function predictionSql(name: string, reading: AnswerReading, labels: readonly string[]): string {
  const parts = partsOf(name);
  const { value, single } = parts;
  const asWritten = `coalesce(${single}, nullif(${value}, 'null'))`;
  switch (reading.kind) {
    case 'as-written':
      return asWritten;
    case 'named':
      return `(CASE WHEN ${value} LIKE '[{%' THEN ${rankedSql(value, labels)} ELSE ${asWritten} END)`;
    case 'by-label':
      return `('{"scores":' || ${value} || '}')`;
    case 'parallel': {
      const items = (key: string) => `TRY(json_extract_string(${value}, ${quoteLiteral(`$.${key}[*]`)}))`;
      return `coalesce(${scoresSql(items(reading.names), asNumbersSql(items(reading.scores)))}, ${asWritten})`;
    }
    case 'form':
      return `coalesce(${formSql(parts, reading.form, reading.whose, labels)}, ${asWritten})`;
  }
}

/** NULL where the answer does not fit the form. */
function formSql(
  { number, items, numbers }: AnswerParts,
  form: AnswerForm,
  whose: ScoreOwner,
  labels: readonly string[],
): string {
  switch (form) {
    case 'label':
      return 'NULL';
    case 'probability':
      return `(CASE WHEN ${probabilitySql(number)} THEN ${scoresSql(labelListSql(labels), `[1 - ${number}, ${number}]`)} END)`;
    case 'scores': {
      const outside = `len(list_filter(${numbers}, lambda number: NOT ${probabilitySql('number')}))`;
      return `(CASE WHEN len(${numbers}) = ${labels.length} AND ${outside} = 0 THEN ${scoresSql(labelListSql(labels), numbers)} END)`;
    }
    case 'label, probability':
    case 'label, positive probability':
      return pairSql(items, 1, whose, labels);
    case 'probability, label':
      return pairSql(items, 2, whose, labels);
  }
}

/** A label with a probability beside it; the score is left out where nobody can tell whose it is. */
function pairSql(items: string, place: 1 | 2, whose: ScoreOwner, labels: readonly string[]): string {
  const label = `${items}[${place}]`;
  const number = numberSql(`${items}[${3 - place}]`);
  const own =
    whose === 'label'
      ? number
      : `CASE WHEN ${isLabelSql(label, labels[0] ?? '')} THEN 1 - ${number} ELSE ${number} END`;
  const pair = whose === 'unknown' ? label : `to_json({label: ${label}, score: ${own}})::VARCHAR`;
  return `(CASE WHEN len(${items}) = 2 AND ${probabilitySql(number)} THEN ${pair} END)`;
}

/** `{"scores":{LABEL: score}}`; NULL where labels and scores are not as many, or a label is there twice. */
function scoresSql(labels: string, scores: string): string {
  return `TRY('{"scores":' || to_json(map(${labels}, ${scores}))::VARCHAR || '}')`;
}

/** A list of labels with their scores: all of the labels give all scores, fewer the greatest. */
function rankedSql(value: string, labels: readonly string[]): string {
  const names = `json_extract_string(${value}, '$[*].label')`;
  const scores = asNumbersSql(`json_extract_string(${value}, '$[*].score')`);
  const isWhole = `len(${names}) = ${labels.length} AND len(list_distinct(${names})) = ${labels.length}`;
  const first = `list_position(${scores}, list_max(${scores}))`;
  const best = `to_json({label: ${names}[${first}], score: list_max(${scores})})::VARCHAR`;
  return `(CASE WHEN ${isWhole} THEN ${scoresSql(names, scores)} ELSE ${best} END)`;
}

function asNumbersSql(texts: string): string {
  return `list_transform(${texts}, lambda text: try_cast(text AS DOUBLE))`;
}
