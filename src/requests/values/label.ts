import { quoteLiteral } from '../../database/database.ts';
import { isMissingSql, trimmedSql, withTextSql } from './missing.ts';

/** What the labels in a log may be. */
export interface LabelReading {
  /** Every label that there is. */
  readonly labels: readonly string[];
  /** What the log calls some of them. */
  readonly names: Readonly<Record<string, string>>;
}

/**
 * SQL for the label that a written text means, in this order: the text as it is written; the same without white space around it;
 * nothing, where it is a word for that; the one label of the same truth value or of the same number. A text that means
 * no label, or several, stays as it is written. Capitals are never guessed.
 * @param reading absent where truths and answers are numbers.
 */
export function labelSql(text: string, reading: LabelReading | undefined): string {
  if (reading === undefined) {
    return withTextSql(
      trimmedSql(text),
      (trimmed) => `CASE WHEN ${isMissingSql(trimmed)} THEN NULL ELSE ${trimmed} END`,
    );
  }
  const written = spellings(reading);
  const isLabel = inList(text, labelsAsWritten(reading));
  // Nearly every text is a label as it is; only the others are looked into.
  const odd = trimmedSql(`CASE WHEN ${isLabel} THEN NULL ELSE ${text} END`);
  const meant = withTextSql(odd, (trimmed) => {
    const branches = [
      ...[...written].map(([name, label]) => `WHEN ${quoteLiteral(name.trim())} THEN ${quoteLiteral(label)}`),
      `ELSE CASE WHEN ${isMissingSql(trimmed)} THEN NULL`,
    ];
    const byValue = [...sameTruthValue(trimmed, reading), ...sameNumber(trimmed, reading), trimmed];
    return `CASE WHEN ${trimmed} IS NULL THEN NULL ELSE CASE ${trimmed} ${branches.join(' ')} ELSE coalesce(${byValue.join(', ')}) END END END`;
  });
  return `coalesce(CASE WHEN ${isLabel} THEN ${text} END, ${meant})`;
}

/** The labels that mean themselves where they are written as they are: a name that the plan gives may be another label's. */
export function labelsAsWritten(reading: LabelReading): readonly string[] {
  const written = spellings(reading);
  return reading.labels.filter((label) => written.get(label) === label);
}

/** Condition that a text, as `labelSql` leaves it, is one of the labels. */
export function isLabelSql(text: string, { labels }: LabelReading): string {
  return inList(text, labels);
}

/** Each spelling with its label: a name that the plan gives wins over a label, and a label over one with white space around it. */
function spellings({ labels, names }: LabelReading): ReadonlyMap<string, string> {
  const bare = new Map<string, string[]>();
  for (const label of labels) bare.set(label.trim(), [...(bare.get(label.trim()) ?? []), label]);
  const unique = [...bare].flatMap(([text, meant]) => (meant.length === 1 ? [[text, meant[0] ?? text] as const] : []));
  return new Map([...unique, ...labels.map((label) => [label, label] as const), ...Object.entries(names)]);
}

/** The label of the same truth value as the text, where the two labels are the two truth values. */
function sameTruthValue(text: string, { labels }: LabelReading): string[] {
  const yes = labels.find((label) => /^(?:true|1)$/iu.test(label.trim()));
  const no = labels.find((label) => /^(?:false|0)$/iu.test(label.trim()));
  if (labels.length !== 2 || yes === undefined || no === undefined) return [];
  return [
    `CASE WHEN lower(${text}) = 'true' OR try_cast(${text} AS DOUBLE) = 1 THEN ${quoteLiteral(yes)}
      WHEN lower(${text}) = 'false' OR try_cast(${text} AS DOUBLE) = 0 THEN ${quoteLiteral(no)} END`,
  ];
}

/** The one label that is the same number. Beyond what a double tells apart, numbers are never matched. */
function sameNumber(text: string, { labels }: LabelReading): string[] {
  const byNumber = new Map<number, string[]>();
  for (const label of labels) {
    if (!/^\s*[+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?\s*$/iu.test(label)) continue;
    const number = Number(label);
    if (Math.abs(number) <= Number.MAX_SAFE_INTEGER) byNumber.set(number, [...(byNumber.get(number) ?? []), label]);
  }
  const cases = [...byNumber].flatMap(([number, meant]) =>
    meant.length === 1 ? [`WHEN ${number}::DOUBLE THEN ${quoteLiteral(meant[0] ?? '')}`] : [],
  );
  return cases.length === 0 ? [] : [`CASE try_cast(${text} AS DOUBLE) ${cases.join(' ')} END`];
}

function inList(text: string, values: readonly string[]): string {
  return values.length === 0 ? 'false' : `${text} IN (${values.map(quoteLiteral).join(', ')})`;
}
