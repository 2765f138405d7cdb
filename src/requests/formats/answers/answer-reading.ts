import { type RecordPath } from '../../../domain/log/record-path.ts';
import type { AnswerForm } from '../../../domain/log/log-format.ts';

/** How every answer of one version is read; decided once, from all of them. */
export type AnswerReading =
  /** Objects with a `label` or `scores` of their own, or lists of labels with scores. */
  | { readonly kind: 'named'; readonly place: RecordPath }
  /** Objects whose keys are the labels. */
  | { readonly kind: 'by-label'; readonly place: RecordPath }
  /** Objects of two arrays, labels and their scores. */
  | { readonly kind: 'parallel'; readonly place: RecordPath; readonly names: string; readonly scores: string }
  /** The value as it is written, for a regression or where there is nothing to decide. */
  | { readonly kind: 'as-written'; readonly place: RecordPath }
  | { readonly kind: 'form'; readonly place: RecordPath; readonly form: AnswerForm; readonly whose: ScoreOwner };

/** What the probability beside a label is of: that label, the second label, or nobody can tell and it is not read. */
export type ScoreOwner = 'label' | 'positive' | 'unknown';

/** The forms that are told apart by what the answers are; whose a probability is comes after. */
export const toldForms = ['label', 'probability', 'scores', 'label, probability', 'probability, label'] as const;
export type ToldForm = (typeof toldForms)[number];

/** What the answers of one version to a classification have in common. */
export interface FormFacts {
  /** Answers that say something. */
  readonly answers: number;
  /** How many of the answers fit any form; the rest is no prediction whatever is decided. */
  readonly readable: number;
  readonly fits: Readonly<Record<ToldForm, FormFit>>;
  /** Answers that are a label letter by letter. */
  readonly exactLabels: number;
  /** Texts that could only be labels and are none that anybody knows. */
  readonly strangers: number;
  /** An answer that fits nothing. */
  readonly strange: string | undefined;
}

export interface FormFit {
  readonly count: number;
  readonly example: string | undefined;
  /** The least probability beside any label, then the greatest beside the first label and the least beside the second. */
  readonly least?: number | undefined;
  readonly greatestOfFirst?: number | undefined;
  readonly leastOfSecond?: number | undefined;
}

export type FormDecision =
  | { readonly form: AnswerForm; readonly whose: ScoreOwner }
  /** `several` fit every answer; `mixed`: none does; `nothing` fits any; `refused`: the plan's own fits none. */
  | { readonly problem: 'several' | 'mixed' | 'nothing' | 'refused'; readonly forms: readonly ToldForm[] };

/**
 * Decides what the answers of one version are made of.
 * @param labels those of the version's signature, in their order.
 * @param written what the plan says; it is held against the answers too.
 */
export function decideForm(facts: FormFacts, labels: readonly string[], written: AnswerForm | undefined): FormDecision {
  if (written !== undefined) return acceptWritten(facts, written);
  if (facts.answers === 0) return { form: 'label', whose: 'unknown' };
  const some = toldForms.filter((form) => facts.fits[form].count > 0);
  if (some.length === 0) return { problem: 'nothing', forms: [] };
  const throughout = some.filter((form) => facts.fits[form].count === facts.readable);
  const [form] = throughout;
  if (form === undefined) {
    const known = withoutStrangers(facts);
    return known === undefined ? { problem: 'mixed', forms: some } : decideForm(known, labels, written);
  }
  if (throughout.length === 1) return { form, whose: scoreOwner(facts.fits[form], labels.length) };
  if (meanTheSame(throughout, facts, labels)) return { form: 'label', whose: 'unknown' };
  return { problem: 'several', forms: throughout };
}

/** A few texts that no label has among answers of another form say that something failed; undefined where there are none, or more. */
function withoutStrangers(facts: FormFacts): FormFacts | undefined {
  const { fits, readable, strangers } = facts;
  if (strangers === 0 || 2 * strangers >= readable) return undefined;
  const label = { ...fits.label, count: fits.label.count - strangers };
  return { ...facts, readable: readable - strangers, strangers: 0, fits: { ...fits, label } };
}

/** Numbers that are labels letter by letter are labels; and of the labels 0 and 1 in this order, a certain probability says what the label says. */
function meanTheSame(
  forms: readonly ToldForm[],
  { exactLabels, readable }: FormFacts,
  labels: readonly string[],
): boolean {
  if (forms.length !== 2 || !forms.includes('label') || !forms.includes('probability')) return false;
  const areDigits = labels.length === 2 && Number(labels[0]) === 0 && Number(labels[1]) === 1;
  return exactLabels === readable || areDigits;
}

function acceptWritten({ fits, answers }: FormFacts, written: AnswerForm): FormDecision {
  const form = written === 'label, positive probability' ? 'label, probability' : written;
  if (answers > 0 && fits[form].count === 0)
    return { problem: 'refused', forms: toldForms.filter((each) => fits[each].count > 0) };
  return { form: written, whose: written === 'label, positive probability' ? 'positive' : 'label' };
}

/**
 * Tells which label the probabilities beside labels are of. The answer's own are never below 1 / labels; those of the second label lie
 * lower wherever the first is answered.
 */
function scoreOwner({ least, greatestOfFirst, leastOfSecond }: FormFit, labels: number): ScoreOwner {
  if (least === undefined) return 'unknown';
  if (least >= 1 / labels) return 'label';
  const isSplit = greatestOfFirst !== undefined && leastOfSecond !== undefined && greatestOfFirst <= leastOfSecond;
  return labels === 2 && isSplit ? 'positive' : 'unknown';
}

/** What is at one key of answers that are objects. */
export interface KeyFacts {
  readonly key: string;
  /** Objects that have the key. */
  readonly count: number;
  /** How many of them are texts that are labels and no numbers. */
  readonly textLabels: number;
  /** Numbers. */
  readonly numbers: number;
  /** What could be a label, texts and numbers. */
  readonly labels: number;
  /** Distributions over the labels. */
  readonly scores: number;
  readonly example: string | undefined;
}

/**
 * The one key of objects that can be nothing but the prediction: the only key, the only one whose values are labels
 * throughout, or else the only distribution beside nothing that could be a label; of a regression the only number.
 * @param objects how many there are.
 * @returns undefined where the plan has to name it.
 */
export function certainKey(keys: readonly KeyFacts[], objects: number, isClassification: boolean): string | undefined {
  if (keys.length === 1) return keys[0]?.key;
  const throughout = (fact: 'textLabels' | 'numbers' | 'labels' | 'scores') =>
    keys.filter((each) => each[fact] === objects);
  if (!isClassification) return only(throughout('numbers'));
  const texts = throughout('textLabels');
  if (texts.length > 0) return only(texts);
  return throughout('labels').length === 0 ? only(throughout('scores')) : undefined;
}

function only(keys: readonly KeyFacts[]): string | undefined {
  return keys.length === 1 ? keys[0]?.key : undefined;
}
