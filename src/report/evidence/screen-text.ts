import type { Evidence, GuardrailResult } from '../../domain/evidence.ts';
import { formatShare } from '../../domain/format-number.ts';
import { printableName, printableSentence } from '../words/printable.ts';
import { clipped, fields, foldLine, page, paragraph, section, type Style, symbolsOf } from '../words/style.ts';
import { evidenceFacts } from './evidence-header.ts';
import { guardrailSubject } from './guardrail-cells.ts';
import { isComputed } from './harm.ts';
import { scoredLines, scoredTitle } from './scored-text.ts';
import { nextBlock, verdictHeading } from './verdict-text.ts';
import { worseLines, worseTitle } from './worse-text.ts';

/** How much of each part a screen shows. */
interface Room {
  /** Lines of the first reason, and of each further one. */
  readonly first: number;
  readonly further: number;
  readonly worse: number;
  readonly facts: number;
}

/** Lines of the smallest screen in use, less the one that the next prompt takes. */
const linesOnScreen = 23;
const reasonsShown = 3;
const mostAnswers = 3;

/** From the most comfortable to what fits whatever is to be told. */
const rooms: readonly Room[] = [
  { first: 4, further: 3, worse: 4, facts: 2 },
  { first: 3, further: 2, worse: 3, facts: 2 },
  { first: 3, further: 1, worse: 2, facts: 1 },
  { first: 2, further: 1, worse: 1, facts: 1 },
  { first: 1, further: 1, worse: 1, facts: 1 },
];

/**
 * An evaluation on one screen of 24 lines of 80 columns: the verdict, the three reasons that weigh most, what got worse, when it could be
 * decided and the next command. What does not fit is left to `--verbose`.
 */
export function screenText(
  evidence: Evidence,
  style: Style,
  { planFile, model }: { readonly planFile: string; readonly model?: string },
): string {
  const texts = rooms.map((room) =>
    page([
      section(question(evidence), [facts(evidence, model, room, style)], style),
      verdictReasons(evidence, room, style),
      worse(evidence, room, style),
      worseAnswers(evidence, room, style),
      whenDecided(evidence, room, style),
      nextBlock(evidence, planFile, style),
    ]),
  );
  return texts.find((text) => text.split('\n').length - 1 <= linesOnScreen) ?? texts.at(-1) ?? '';
}

/** What an evaluation asks: whether a stage may begin, or go on where the candidate is in it already. */
export function question({ stage, rollout }: Evidence): string {
  const goesOn = rollout.entered.includes(stage.name);
  const exposed = stage.weight === 0 ? 'nobody is exposed' : `${formatShare(stage.weight)} of users`;
  return `May stage ${printableName(stage.name)} (${exposed}) ${goesOn ? 'go on' : 'begin'}?`;
}

/** Which versions, on what, and whether it may be looked at again; where the rollout's state decided, nothing was looked at. */
function facts(evidence: Evidence, model: string | undefined, { facts: lines }: Room, style: Style): string {
  const shown = evidence.stage.look === 0 ? ['model'] : ['model', 'look', 'requests', 'repeats', 'numbers', 'about'];
  return fields(
    evidenceFacts(evidence, model, symbolsOf(style))
      .filter(([name]) => shown.includes(name))
      .map(([name, text]) => [name, clipped(text, style, '  requests  ', lines)] as const),
    style,
  );
}

function verdictReasons(evidence: Evidence, { first, further }: Room, style: Style): string {
  const { verdict, guardrails } = evidence;
  const bullet = `  ${symbolsOf(style).bullet} `;
  const shown = verdict.reasons.slice(0, reasonsShown).map((reason, index) => {
    const undecided = guardrails.some((result) => result.status === 'inconclusive' && result.reason === reason);
    const text = printableSentence(undecided ? foundOf(reason).found : reason);
    return paragraph(clipped(text, style, bullet, index === 0 ? first : further), style, bullet);
  });
  const rest = verdict.reasons.length - shown.length;
  const more = rest === 0 ? [] : [paragraph(foldLine(rest, rest === 1 ? 'reason' : 'reasons', style), style, '    ')];
  return [verdictHeading(verdict, style), ...shown, ...more].join('\n');
}

function worse(evidence: Evidence, { worse: most }: Room, style: Style): string {
  const lines = worseLines(evidence.confusion, style);
  const rest = lines.length - most;
  return section(
    worseTitle,
    [
      ...lines.slice(0, most).map((line) => paragraph(clipped(line, style, '  ', 1), style, '  ')),
      ...(rest > 0 ? [paragraph(foldLine(rest, 'labels and segments', style), style, '    ')] : []),
    ],
    style,
  );
}

/** The answers that got most worse, by their ids. */
function worseAnswers({ scored }: Evidence, { worse: most }: Room, style: Style): string {
  if (scored === undefined) return '';
  const lines = scoredLines(scored, style).slice(0, Math.min(mostAnswers, most));
  const shown = lines.map((line) => paragraph(clipped(line, style, '  ', 1), style, '  '));
  return section(scoredTitle(scored), shown, style);
}

/** What the guardrail that waits longest waits for; nothing where no guardrail waits, or nobody can say. */
function whenDecided(evidence: Evidence, { further }: Room, style: Style): string {
  const undecided = evidence.guardrails.filter(
    ({ status, onBreach }) => status === 'inconclusive' && onBreach !== 'report',
  );
  const waiting = undecided.filter(({ reason }) => foundOf(reason).needs !== '');
  const growth = growthUntil(waiting, evidence);
  const [last] = waiting.toSorted((a, b) => (growth.get(b) ?? 1) - (growth.get(a) ?? 1));
  if (last === undefined || evidence.verdict.decision !== 'hold') return '';
  const lead = 'Waits for: ';
  const text = `${guardrailSubject(last)}${undecided.length === 1 ? '' : ', the slowest'}: ${printableSentence(foundOf(last.reason).needs)}`;
  return paragraph(clipped(text, style, lead, further + 1), style, lead);
}

/** How many times its data of now each guardrail probably needs; infinite where no amount would do. */
function growthUntil(
  waiting: readonly GuardrailResult[],
  { comparisons }: Evidence,
): ReadonlyMap<GuardrailResult, number> {
  // The first of a metric and segment; there may be thousands, and as many guardrails.
  const units = new Map<string, number>();
  for (const each of comparisons) {
    const key = JSON.stringify([each.metric, each.segment]);
    if (!units.has(key)) units.set(key, isComputed(each) ? each.units : 1);
  }
  return new Map(
    waiting.map((result) => {
      const { metric, segment, needed } = result;
      return [result, (needed.units ?? Infinity) / (units.get(JSON.stringify([metric, segment])) ?? 1)];
    }),
  );
}

/** The reason of an undecided guardrail as what was found, and what would decide it. */
function foundOf(reason: string): { readonly found: string; readonly needs: string } {
  const [found = reason, ...needs] = reason.split(/(?<=: inconclusive); /u);
  return { found, needs: needs.join('; ') };
}
