import { pathText, type RecordPath } from '../../../domain/log/record-path.ts';
import { unusableFile, type UserError } from '../../../domain/errors.ts';
import { formatCount } from '../../../domain/format-number.ts';
import { answerForms } from '../../../domain/log/log-format.ts';
import type { RequestFile } from '../../files/request-files.ts';
import type { AnswerScope, ShapeFacts } from './answer-facts.ts';
import type { FormDecision, FormFacts, KeyFacts, ToldForm } from './answer-reading.ts';

type Problem = Extract<FormDecision, { problem: string }>;

const longestExample = 80;
const mostNames = 12;

/** What each form makes of an answer, in words. */
const meanings: Readonly<Record<ToldForm, string>> = {
  label: 'the label itself',
  probability: 'the probability of the second label',
  scores: 'a probability for each label',
  'label, probability': 'a label and a probability',
  'probability, label': 'a probability and a label',
};

/** The files of a log, as messages name them. */
export function nameOfLog(files: readonly RequestFile[]): string {
  return files.length === 1 ? (files[0]?.path ?? 'the log') : `the ${files.length} files of the log`;
}

/** The answers fit no form, or more than one. */
export function formProblem(
  scope: AnswerScope,
  facts: FormFacts,
  { problem, forms }: Problem,
  place: RecordPath,
): UserError {
  const whose = whoseAnswers(scope);
  const example = (form: ToldForm) => shown(facts.fits[form].example);
  const listed = forms.map((form) => `${quoted(form)} (${meanings[form]}, such as ${example(form)})`).join(' or ');
  const hint = `write under requests: answers: ${forms.map(quoted).join(' or ')}${scope.options.fields.answer === undefined && place.length === 0 ? '; or fields: { prediction: … }, the place of the label in an answer' : ''}`;
  switch (problem) {
    case 'several':
      return unusableFile(`${whose} can be read as ${listed}`, { hint });
    case 'mixed': {
      const counts = forms.map(
        (form) => `${formatCount(facts.fits[form].count)} as ${quoted(form)} (such as ${example(form)})`,
      );
      return unusableFile(
        `${whose} are mixed: of ${formatCount(facts.answers)}, ${counts.join(', ')} can be read, but none of these fits all`,
        {
          hint: `${hint}; other answers then count as no prediction`,
        },
      );
    }
    case 'nothing':
      return unusableFile(
        `${whose} are neither labels nor probabilities of ${listOf(scope.options.labels?.[scope.role] ?? [])}, such as ${shown(facts.strange)}`,
        {
          hint: 'write fields: { prediction: … } with the place of the prediction in an answer (0 is the first value of an array), or correct the labels of the signature',
        },
      );
    case 'refused':
      return unusableFile(
        `${whose} are never ${quoted(scope.options.answers ?? '')}, as requests.answers says, but such as ${shown(facts.strange ?? facts.fits[forms[0] ?? 'label'].example)}`,
        {
          hint:
            forms.length === 0
              ? `the forms are ${answerForms.map(quoted).join(', ')}`
              : `write answers: ${forms.map(quoted).join(' or ')}, or delete it`,
        },
      );
  }
}

/** Several outputs, and none of them can be nothing but the prediction. */
export function unnamedOutput(scope: AnswerScope, keys: readonly KeyFacts[], place: RecordPath): UserError {
  const listed = keys.slice(0, mostNames).map(({ key, example }) => `${key} (such as ${shown(example)})`);
  const prefix = place.length === 0 ? '' : `${pathText(place)}.`;
  const [first] = keys;
  return unusableFile(
    `${whoseAnswers(scope)} have several outputs, and which of them is the prediction cannot be told: ${listed.join(', ')}`,
    {
      hint: `write under requests: fields: { prediction: ${prefix}${first?.key ?? '…'} }, or another of ${listOf(keys.map(({ key }) => `${prefix}${key}`))}`,
    },
  );
}

/** The plan names a place that no answer has. */
export function nothingThere(scope: AnswerScope, whole: ShapeFacts, keys: readonly KeyFacts[]): UserError {
  const { answer } = scope.options.fields;
  const path = `requests.fields.prediction: ${answer}`;
  if (keys.length > 0) {
    return unusableFile(`${whoseAnswers(scope)} have no ${answer}, which ${path} names`, {
      hint: `they have ${listOf(keys.map(({ key }) => key))}`,
    });
  }
  return unusableFile(
    `${whoseAnswers(scope)} have no fields inside, but ${path} names one: they are such as ${shown(whole.otherExample ?? whole.objectExample)}`,
    {
      hint: 'delete prediction; requests.answers says what an answer consists of',
    },
  );
}

/** Some answers are objects and others are not. */
export function mixedShapes(scope: AnswerScope, { there, others, objectExample, otherExample }: ShapeFacts): UserError {
  return unusableFile(
    `${whoseAnswers(scope)} are mixed: ${formatCount(there - others)} of ${formatCount(there)} are objects with names (such as ${shown(objectExample)}), the others are not (such as ${shown(otherExample)})`,
    { hint: 'read the two kinds separately, each with its own plan, or log one kind of answer' },
  );
}

function whoseAnswers({ files, version }: AnswerScope): string {
  return `${nameOfLog(files)}: the answers of ${version}`;
}

function quoted(form: string): string {
  return JSON.stringify(form);
}

function listOf(names: readonly string[]): string {
  return names.length > mostNames ? `${names.slice(0, mostNames).join(', ')}, …` : names.join(', ');
}

function shown(example: string | undefined): string {
  if (example === undefined) return 'nothing';
  return example.length > longestExample ? `${example.slice(0, longestExample)}…` : example;
}
