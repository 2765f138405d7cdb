import { expect, test } from 'vitest';
import type { Evidence } from '../../../src/domain/evidence.ts';
import { ExitCode } from '../../../src/domain/exit-code.ts';
import { withinComment } from '../../../src/report/exports/comment-size.ts';
import { fleetMarkdown } from '../../../src/report/exports/fleet.ts';
import { markdownReport } from '../../../src/report/exports/markdown.ts';
import { manySegments, rollbackEvidence } from '../example-evidence.ts';
import { reportOf } from '../example-reports.ts';
import { hostileEvidence } from '../hostile-evidence.ts';

/** What GitHub takes in a comment. */
const most = 65_536;

function withMany(count: number, length: number): Evidence {
  const { guardrails, checks, verdict } = rollbackEvidence;
  const [guardrail] = guardrails;
  const [check] = checks;
  if (guardrail === undefined || check === undefined) throw new Error('the example has a guardrail and a check');
  const text = 'a long sentence | with <marks> '.repeat(length / 30);
  const many = Array.from({ length: count }, (_, index) => index);
  return {
    ...rollbackEvidence,
    comparisons: manySegments(count).comparisons,
    guardrails: many.map((index) => ({ ...guardrail, segment: { locale: `l${index}` }, reason: text })),
    checks: many.map((index) => ({ ...check, name: `check ${index}`, detail: text })),
    verdict: { ...verdict, reasons: many.map((index) => `reason ${index}: ${text}`) },
  };
}

test.each([
  ['five hundred segments, guardrails and reasons', withMany(500, 120)],
  ['sentences of ten thousand characters', withMany(12, 10_000)],
  ['hostile texts everywhere', hostileEvidence()],
])('a report of %s fits in a comment, and begins with the verdict', (_, evidence) => {
  const text = markdownReport(reportOf(evidence));
  expect(text.length).toBeLessThan(most);
  expect(text).toMatch(/^## .* Verdict: ROLLBACK$/mu);
  expect(text).toContain('**Next:**');
  expect(text.split('<details>')).toHaveLength(text.split('</details>').length);
});

test('what does not fit is named', () => {
  expect(markdownReport(reportOf(withMany(500, 120)))).toMatch(/\d+ more/u);
  const long = withinComment(['## Verdict', 'a'.repeat(60_000)], () => ['b'.repeat(6000), 'the smaller table'], 4);
  expect(long.length).toBeLessThan(most);
  expect(long).toMatch(
    /the smaller table\n\nPart of the report was left out here, since a comment holds 65,536 characters/u,
  );
  const wide = withinComment(['## Verdict', 'a'.repeat(90_000)], () => [], 4);
  expect(wide).toMatch(/^## Verdict\n+Part of the report was left out here/u);
  expect(markdownReport(reportOf(rollbackEvidence))).not.toContain('left out here');
});

test('the report of many plans fits in a comment too', () => {
  const report = reportOf(withMany(40, 120));
  const entries = Array.from({ length: 30 }, (_, index) => ({
    planFile: `rollouts/${index}.yaml`,
    plan: `plan-${index}`,
    ended: false,
    exitCode: ExitCode.rollback,
    verdict: 'rollback' as const,
    why: 'a reason that says much '.repeat(30),
    document: '{}',
    report,
  }));
  const text = fleetMarkdown(entries);
  expect(text.length).toBeLessThan(most);
  expect(text).toContain('## 30 plans');
  expect(text).toMatch(/The reports of \d+ plans do not fit in a comment/u);
});
