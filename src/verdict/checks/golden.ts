import type { CheckResult } from '../../domain/evidence.ts';
import { countOf, formatCount } from '../../domain/format-number.ts';
import type { CheckAction } from '../../domain/plan.ts';

/** A golden request, and how the candidate answered it. Labels are those that the versions are compared in. */
export interface GoldenResult {
  readonly id: string;
  readonly right: string | number;
  /** How far a number may be from the right one; 0 where absent. */
  readonly tolerance?: number | undefined;
  /** Absent where the candidate cannot be run and its answer was not recorded. */
  readonly answer?: GoldenAnswer | undefined;
}

/** What a version answered, or why it did not. */
export type GoldenAnswer = { readonly prediction: string | number } | { readonly error: string };

/** So many ids are named; the rest are counted. */
const mostNamed = 10;

/** Numbers that are equal to 12 digits are the same: `|1.1 - 1|` in binary is a little more than 0.1. */
const rounding = 1e-12;

/**
 * Whether the candidate answered every golden request right. Each request counts by itself: one wrong answer, one error or
 * one request without an answer is enough, however many others are right.
 */
export function goldenCheck(action: CheckAction, version: string, results: readonly GoldenResult[]): CheckResult {
  const name = 'golden';
  const unanswered = results.filter(({ answer }) => answer === undefined);
  const wrong = results.filter((result) => result.answer !== undefined && !isRight(result));
  const all = countOf(results.length, 'golden request');
  if (results.length === 0) return { name, status: action, detail: `${version} was not asked any golden request` };
  if (wrong.length + unanswered.length === 0)
    return { name, status: 'pass', detail: `${version} answered all of ${all} right` };
  const parts = [
    ...(wrong.length === 0
      ? []
      : [`${version} answered ${formatCount(wrong.length)} of ${all} wrong: ${listed(wrong, wrongText)}`]),
    ...(unanswered.length === 0
      ? []
      : [
          `${version} cannot be run, and ${formatCount(unanswered.length)} of ${all} ${unanswered.length === 1 ? 'has' : 'have'} no recorded outcome of it: ${listed(unanswered, ({ id }) => id)}`,
        ]),
  ];
  return { name, status: action, detail: parts.join('; ') };
}

/** Whether an answer is the right label, or a number within the tolerance of the right one. */
export function isRight({ right, tolerance = 0, answer }: GoldenResult): boolean {
  if (answer === undefined || 'error' in answer) return false;
  const { prediction } = answer;
  if (typeof right === 'string' || typeof prediction === 'string') return prediction === right;
  const allowed = tolerance + rounding * Math.max(Math.abs(right), Math.abs(prediction));
  return Math.abs(prediction - right) <= allowed;
}

function wrongText({ id, right, tolerance, answer }: GoldenResult): string {
  const said =
    answer === undefined ? 'no answer' : 'error' in answer ? `error ${answer.error}` : String(answer.prediction);
  const range = tolerance === undefined || tolerance === 0 ? '' : ` within ${tolerance}`;
  return `${id} (${said}, right is ${right}${range})`;
}

function listed(results: readonly GoldenResult[], text: (result: GoldenResult) => string): string {
  const named = results.slice(0, mostNamed).map(text);
  const more = results.length - named.length;
  return [...named, ...(more === 0 ? [] : [`and ${formatCount(more)} more`])].join(', ');
}
