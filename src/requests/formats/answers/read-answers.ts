import type { LogSource } from '../../table/live-split.ts';
import { pathOf, type RecordPath } from '../../../domain/log/record-path.ts';
import type { Role } from '../../../domain/role.ts';
import { recordedRoles } from '../../values/read-options.ts';
import { formProblem, mixedShapes, nothingThere, unnamedOutput } from './answer-errors.ts';
import {
  type AnswerPlace,
  type AnswerScope,
  formFacts,
  keyFacts,
  type ShapeFacts,
  shapeFacts,
} from './answer-facts.ts';
import { type AnswerReading, certainKey, decideForm } from './answer-reading.ts';

/** Objects inside objects inside objects are as deep as anybody nests a prediction. */
const deepest = 4;

/** How the answers of each recorded version are read. */
export type AnswerReadings = Readonly<Partial<Record<Role, AnswerReading>>>;

/**
 * Decides how the answers of each version are read, once, from every one of them.
 * @throws UserError (exit 5) where they can be read in several ways or in none, or have several outputs and no telling which
 * is the prediction; it lists the candidates and says what to write.
 */
export async function readAnswers(log: LogSource): Promise<AnswerReadings> {
  const { options } = log;
  const readings: Partial<Record<Role, AnswerReading>> = {};
  for (const [role, version] of recordedRoles(options)) {
    const place = options.fields.answer === undefined ? [] : pathOf(options.fields.answer);
    readings[role] = await readingOf({ ...log, role, version }, place);
  }
  return readings;
}

async function readingOf(scope: AnswerScope, place: RecordPath): Promise<AnswerReading> {
  const { db, options, role } = scope;
  const all = await shapeFacts(db, options, { role, place });
  const pastFailures = all.failures > 0 && all.failures < all.there;
  const looked = { role, place, pastFailures };
  const shapes = pastFailures ? await shapeFacts(db, options, looked) : all;
  if (shapes.there === 0 && shapes.answers > 0 && options.fields.answer !== undefined) throw await notThere(scope);
  const structured = shapes.there - shapes.others;
  // A few texts that mean nothing among objects say that something failed.
  const mixed = shapes.readableOthers > 0 || shapes.others >= structured;
  if (structured > 0 && shapes.others > 0 && mixed) throw mixedShapes(scope, shapes);
  if (structured > 0) return await readingOfObjects(scope, looked, { ...shapes, there: structured });
  const labels = options.labels?.[role];
  if (labels === undefined) return { kind: 'as-written', place };
  const facts = await formFacts(db, options, looked, labels);
  const decision = decideForm(facts, labels, options.answers);
  if ('problem' in decision) throw formProblem(scope, facts, decision, place);
  return { kind: 'form', place, ...decision };
}

async function readingOfObjects(scope: AnswerScope, looked: AnswerPlace, shapes: ShapeFacts): Promise<AnswerReading> {
  const { there } = shapes;
  const { place } = looked;
  if (shapes.named === there) return { kind: 'named', place };
  if (shapes.predicted === there) return await readingOf(scope, [...place, 'predicted_label']);
  if (shapes.byLabel === there) return { kind: 'by-label', place };
  if (shapes.classes === there) return { kind: 'parallel', place, names: 'classes', scores: 'scores' };
  if (shapes.displayNames === there) return { kind: 'parallel', place, names: 'displayNames', scores: 'confidences' };
  const labels = scope.options.labels?.[scope.role];
  const keys = await keyFacts(scope.db, scope.options, looked, labels ?? []);
  const key = place.length < deepest ? certainKey(keys, shapes.objects, labels !== undefined) : undefined;
  if (key === undefined) throw unnamedOutput(scope, keys, place);
  return await readingOf(scope, [...place, key]);
}

async function notThere(scope: AnswerScope): Promise<Error> {
  const { db, options, role } = scope;
  const whole = await shapeFacts(db, options, { role, place: [] });
  const keys =
    whole.objects === 0 ? [] : await keyFacts(db, options, { role, place: [] }, options.labels?.[role] ?? []);
  return nothingThere(scope, whole, keys);
}
