import { resolve } from 'node:path';
import type { LatencyUnit } from '../../domain/log/latency-field.ts';
import type { SurveyedField } from '../../requests/explain/survey-fields.ts';
import { listModels } from '../../registry/store/registry-store.ts';
import { printableName } from '../../report/words/printable.ts';
import type { Choice, Questions, World } from '../world.ts';
import type { FieldAnswer } from './answered-fields.ts';
import { fieldRoles, roleWords, type FieldRole } from './field-names.ts';
import { hasModel } from './init-registry.ts';
import { modelName, requireFreePlan } from './initialise-from-log.ts';
import { type FoundInLog, lookAtLog, type LogOptions } from './look-at-log.ts';
import type { Todo } from './plan-fields.ts';
import { takenFromLog } from './taken-from-log.ts';

/** A log with all that a person said of it, and what it then holds. */
interface AnsweredLog {
  readonly options: LogOptions;
  readonly found: FoundInLog;
}

/** What is one field of a record; the outcomes of both versions are an object, whose keys tell. */
type AskedRole = Exclude<FieldRole, 'outcomes'>;

/** How a person is asked for each. */
const fieldQuestions: Readonly<Record<AskedRole, string>> = {
  id: 'Which field tells one request from another (id)?',
  timestamp: 'Which field says when a request came (time)?',
  unit: 'Which field names the user, session or tenant (unit)?',
  servedBy: 'Which field names the version that answered (version)?',
  latency: 'Which field says how long a request took (latency)?',
  error: 'Which field shows that a request failed: a status, or the text of an error (error)?',
  prediction: 'Which field holds the answer (prediction)?',
  score: 'Which field holds the probability of the answer (score)?',
  label: 'Which field says what would have been right (label)?',
  input: 'Which field holds what was asked (input)?',
};

const right = 'write';
const versions = 'versions';
const none = '-';
const another = '…';
const longestExample = 24;

/**
 * Asks for what a log does not tell, shows what is taken for what until a person finds it right, and writes nothing. The answers are those
 * that `--field`, `--model`, `--baseline` and `--candidate` give.
 * @param show shows what is taken from the log.
 * @throws UserError (exit 2, 5 or 130)
 */
export async function askAboutLog(
  world: World,
  questions: Questions,
  folder: string,
  given: LogOptions,
  show: (options: LogOptions, found: FoundInLog) => void,
): Promise<AnsweredLog> {
  await requireFreePlan(world, folder);
  let options = await withModel(world, questions, folder, given);
  const look = async (answered: LogOptions): Promise<FoundInLog> => await lookAtLog(world, folder, answered);
  let found = await look(options);
  const asked = new Set((given.fields ?? []).map(({ role }) => role));
  for (;;) {
    const open = found.todos.filter((todo) => !asked.has(todo.role) && (todo.isNeeded || todo.candidates.length > 0));
    if (open.length === 0) break;
    for (const todo of open) {
      asked.add(todo.role);
      options = withField(options, await askForField(questions, found, askedRole(roleWords[todo.role]), todo));
    }
    found = await look(options);
  }
  for (;;) {
    show(options, found);
    const change = await questions.choose('Is that right?', changesOf(options.log, found), right);
    if (change === right) return { options, found };
    options =
      change === versions
        ? { ...options, ...(await askForVersions(questions, found)) }
        : withField(options, await askForField(questions, found, askedRole(change)));
    found = await look(options);
  }
}

/** Asks which model it is where neither an option nor the registry tells. */
async function withModel(world: World, questions: Questions, folder: string, options: LogOptions): Promise<LogOptions> {
  if (options.model !== undefined) return options;
  const target = resolve(world.cwd, folder);
  const registry = resolve(options.registry === undefined ? target : world.cwd, options.registry ?? 'registry');
  if (!(await hasModel(registry, undefined))) {
    const model = await questions.write('What is the model called?', modelName(target), problemOfName);
    return { ...options, model };
  }
  const models = await listModels(registry);
  if (models.length === 1) return options;
  const choices = models.map((model) => ({ value: model, label: printableName(model) }));
  return { ...options, model: await questions.choose('Which model of the registry is it?', choices) };
}

function problemOfName(name: string): string | undefined {
  return /^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9_-])?$/u.test(name)
    ? undefined
    : 'Write letters, digits, dots, dashes and underscores: it becomes the name of a file.';
}

function withField(options: LogOptions, answer: FieldAnswer): LogOptions {
  // A field has one meaning, the last that was said.
  const others = (options.fields ?? []).filter(
    ({ role, path }) => role !== answer.role && (path === null || path !== answer.path),
  );
  return { ...options, fields: [...others, answer] };
}

/** What a person may want otherwise, behind the answer that all is right. */
function changesOf(log: string, found: FoundInLog): readonly Choice[] {
  const { rows } = takenFromLog(log, found);
  const changes = rows
    .filter(({ what }) => what !== roleWords.outcomes)
    .map(({ what, path }) => ({
      value: what,
      label: `No, change ${what}${path === undefined ? '' : ` (${printableName(path)})`}`,
    }));
  return [
    { value: right, label: 'Yes, write the plan' },
    ...changes,
    ...(found.names.length > 1
      ? [{ value: versions, label: 'No, change which version is baseline and which candidate' }]
      : []),
  ];
}

/** Which field it is: the likely ones first, all others behind them on demand. */
async function askForField(
  questions: Questions,
  { sample: { survey }, fields: { found, candidates: guessed } }: FoundInLog,
  role: AskedRole,
  todo?: Todo,
): Promise<FieldAnswer> {
  const now = found[role]?.path;
  const likely = new Set([...(now === undefined ? [] : [now]), ...(todo?.candidates ?? guessed[role] ?? [])]);
  const [first, rest] = [true, false].map((isLikely) =>
    survey.fields.filter(({ path }) => likely.has(path) === isLikely),
  );
  const nowhere = { value: none, label: 'none: the log does not say' };
  const question = `${fieldQuestions[role]}${todo === undefined ? '' : `\n${sentence(todo.why)}`}`;
  const few = [...fieldChoices(first ?? []), { value: another, label: 'another field' }, nowhere];
  // Whoever only presses Enter takes no field that nothing speaks for but its values.
  const suggested = now ?? (todo?.isNeeded === false ? none : undefined);
  const taken = likely.size === 0 ? another : await questions.choose(question, few, suggested);
  const path = taken === another ? await questions.choose(question, [...fieldChoices(rest ?? []), nowhere]) : taken;
  if (path === none) return { role, path: null };
  return role === 'latency' ? { role, path, unit: await askForUnit(questions, path) } : { role, path };
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

/** Fields with three values each, below each other. */
function fieldChoices(fields: readonly SurveyedField[]): readonly Choice[] {
  const longest = Math.min(32, Math.max(0, ...fields.map(({ path }) => path.length)));
  return fields.map(({ path, values }) => ({
    value: path,
    label: `${printableName(path).padEnd(longest)}  ${values.slice(0, 3).map(shortExample).join(' · ')}`,
  }));
}

function shortExample(value: string): string {
  const text = printableName(value);
  return text.length > longestExample ? `${text.slice(0, longestExample - 1)}…` : text;
}

const latencyUnits = [
  { value: 'ms', label: 'milliseconds' },
  { value: 's', label: 'seconds' },
  { value: 'us', label: 'microseconds' },
  { value: 'ns', label: 'nanoseconds' },
] as const satisfies readonly { readonly value: LatencyUnit; readonly label: string }[];

async function askForUnit(questions: Questions, path: string): Promise<LatencyUnit> {
  const chosen = await questions.choose(`What is ${printableName(path)} counted in?`, latencyUnits);
  return latencyUnits.find(({ value }) => value === chosen)?.value ?? 'ms';
}

async function askForVersions(
  questions: Questions,
  { names, versions: now }: FoundInLog,
): Promise<Pick<LogOptions, 'baseline' | 'candidate'>> {
  const choices = names.map((name) => ({ value: name, label: printableName(name) }));
  const baseline = await questions.choose('Which serves now (baseline)?', choices, now?.baseline.name);
  const others = choices.filter(({ value }) => value !== baseline);
  const candidate = await questions.choose('Which is to replace it (candidate)?', others, now?.candidate?.name);
  return { baseline, candidate };
}

function askedRole(word: string): AskedRole {
  const role = fieldRoles.find((each) => roleWords[each] === word);
  if (role === undefined || role === 'outcomes') throw new RangeError(`${word} is not a name for --field`);
  return role;
}
