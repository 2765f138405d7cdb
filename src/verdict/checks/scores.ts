import type { CheckResult } from '../../domain/evidence.ts';
import { countOf, formatCount, formatShare } from '../../domain/format-number.ts';
import { type Role, roles } from '../../domain/role.ts';
import type { ScoreFacts, ShownFirst } from '../../domain/scores/score-facts.ts';
import { chanceOfLosses } from '../../stats/distances/binomial-tail.ts';

/** Share of a version's answers that may be without a score that counts. */
const tolerated = 0.01;

/** How seldom chance prefers one place so much, where the place does not matter. */
const positionAlpha = 0.001;

/**
 * Whether the scores can be believed: enough answers have one, whoever judged did not know whose they were, and did not prefer the answer
 * that was shown first.
 */
export function scoresCheck(scores: readonly ScoreFacts[], versions: Readonly<Record<Role, string>>): CheckResult {
  const name = 'scores';
  const lacking = scores.flatMap((score) => roles.flatMap((role) => lackOf(score, role, versions[role])));
  const doubts = scores.flatMap(doubtsOf);
  const told = scores.flatMap((score) => [...agreementText(score), ...spreadText(score)]);
  const detail = [...lacking.map(({ text }) => text), ...doubts, ...told].join('; ');
  if (lacking.some(({ holds }) => holds)) return { name, status: 'hold', detail };
  if (lacking.length + doubts.length > 0) return { name, status: 'warn', detail };
  const all = `${scores.map((score) => score.name).join(', ')}: every answer has a score in its range`;
  return { name, status: 'pass', detail: [all, ...told].join('; ') };
}

function lackOf(score: ScoreFacts, role: Role, version: string): { readonly text: string; readonly holds: boolean }[] {
  const { answers, missing, rejected } = score[role];
  if (missing + rejected === 0) return [];
  const parts = [
    ...(missing === 0 ? [] : [`no ${score.name}`]).map((what) => `${formatCount(missing)} have ${what}`),
    ...(rejected === 0 ? [] : [`${formatCount(rejected)} one that is not a number in its range`]),
  ];
  const text = `of ${countOf(answers, 'answer')} of ${version} ${parts.join(', ')} (${formatShare((missing + rejected) / answers)})`;
  return [{ text, holds: missing + rejected > tolerated * answers }];
}

function doubtsOf({ name, blind, shownFirst }: ScoreFacts): readonly string[] {
  return [
    ...(blind === false ? [`whoever judged ${name} knew which version is new, and may favour it`] : []),
    ...(shownFirst === undefined ? [] : positionText(name, shownFirst)),
  ];
}

/** An exact sign test of the two places, two-sided. */
function positionText(name: string, { wins, losses }: ShownFirst): readonly string[] {
  const decided = wins + losses;
  if (2 * chanceOfLosses(Math.max(wins, losses), Math.min(wins, losses)) > positionAlpha) return [];
  const place = wins > losses ? 'first' : 'second';
  const share = formatShare(Math.max(wins, losses) / decided);
  return [
    `${name}: the answer shown ${place} won ${share} of ${countOf(decided, 'comparison')}; show each version first half of the time`,
  ];
}

function spreadText({ name, spread }: ScoreFacts): readonly string[] {
  if (spread === undefined) return [];
  const { repeats, within, between } = spread;
  return [
    `${name}: one request asked ${repeats} times varies by ${within.toPrecision(2)}, requests among each other by ${between.toPrecision(2)} (standard deviations)`,
  ];
}

function agreementText({ name, agreement }: ScoreFacts): readonly string[] {
  if (agreement === undefined) return [];
  const { answers, above, correlation } = agreement;
  if (answers === 0) return [`${name}: people scored no answer that the judge scored`];
  const off = `${Math.abs(above).toPrecision(2)} ${above >= 0 ? 'above' : 'below'} people on average`;
  const goes = correlation === null ? '' : `, correlation ${correlation.toFixed(2)}`;
  return [`${name}: the judge is ${off} over ${countOf(answers, 'answer')}${goes}`];
}
