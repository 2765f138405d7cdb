import { expect, it } from 'vitest';
import type { Evidence } from '../../src/domain/evidence.ts';
import { parseEvidence } from '../../src/report/document/parse-evidence.ts';
import { serializeEvidence } from '../../src/report/document/serialize-evidence.ts';
import { evidenceText } from '../../src/report/evidence/evidence-text.ts';
import { markdownReport } from '../../src/report/exports/markdown.ts';
import { htmlReport } from '../../src/report/html/html-report.tsx';
import type { Style } from '../../src/report/words/style.ts';
import { TestRollout } from '../fixtures/test-rollout.ts';
import { guardHelpful, helpful, scoredLog, textOutput } from './logged-scores.ts';

const plainStyle: Style = { color: 0, columns: 80, unicode: true };
const hostile = '<script>alert(1)</script>\u001b[31m | ::error:: `x` ';

/** Of one answer in ten the candidate's is worse, of one in fifty it failed; a few are long, or say what they should not. */
async function evaluated(): Promise<Evidence> {
  const rollout = new TestRollout({
    plan: { ...helpful, guardrails: guardHelpful },
    version: textOutput,
    files: {
      'log.jsonl': scoredLog({
        requests: 400,
        beside: (version, index) => {
          if (version === 'baseline') return { scores: { helpful: 0.8 } };
          if (index % 50 === 3) return { prediction: null, error: 'timeout', scores: {} };
          if (index % 10 !== 0) return { scores: { helpful: 0.8 } };
          const text = index === 0 ? hostile : 'long '.repeat(400);
          return { prediction: { text }, scores: { helpful: index === 0 ? 0.1 : 0.3 } };
        },
      }),
    },
  });
  return await rollout.evaluate();
}

it('evidence holds both answers of the 20 requests that got most worse, cut, and how scores spread', async () => {
  const { scored } = await evaluated();
  expect(scored?.worse).toBe(48);
  expect(scored?.examples).toHaveLength(20);
  // What failed has lost the whole range, and of the others the lowest comes first.
  expect(scored?.examples[0]?.answers.candidate).toEqual({ text: 'timeout', failed: true });
  const answered = scored?.examples.filter(({ answers }) => answers.candidate.failed !== true);
  expect(answered?.[0]).toMatchObject({
    id: 'r0',
    scores: [{ name: 'helpful', baseline: 0.8, candidate: 0.1 }],
    answers: { baseline: { text: 'baseline says 0' }, candidate: { text: hostile } },
  });
  expect(answered?.[1]?.answers.candidate).toEqual({ text: 'long '.repeat(120), cut: true });
  const [shape] = scored?.scores ?? [];
  expect(shape).toMatchObject({ name: 'helpful', answers: { baseline: 400, candidate: 392 } });
  expect(shape?.bins.map(({ candidate }) => candidate)).toEqual([0, 1, 0, 39, 0, 0, 0, 0, 352, 0]);
});

it('a report is made again from evidence, and no answer is markup, a command or a colour in it', async () => {
  const written = await evaluated();
  const evidence = parseEvidence(serializeEvidence(written), 'evidence.json');
  expect(evidence.scored).toEqual(written.scored);
  const report = { evidence, looks: [], planFile: 'plan.yaml' };
  const html = htmlReport(report);
  expect(html).toContain('<h2 id="scores">Scores</h2>');
  expect(html).toContain('&lt;script>alert(1)');
  expect(html).not.toContain('<script>alert(1)');
  expect(html.match(/<summary>r\d+: helpful/gu)).toHaveLength(20);
  const markdown = markdownReport(report);
  expect(markdown).toContain('Got worse: 48 answers by their scores');
  expect(markdown).not.toContain('<script>');
  expect(markdown.length).toBeLessThan(65_536);
  const verbose = evidenceText(evidence, plainStyle, { planFile: 'plan.yaml', verbose: true });
  expect(verbose).toContain(String.raw`\x1b[31m`);
  expect(verbose).not.toContain('\u001b');
});

it('a screen of 24 lines names the three that got most worse', async () => {
  const screen = evidenceText(await evaluated(), plainStyle, { planFile: 'plan.yaml' });
  expect(screen.split('\n').length).toBeLessThanOrEqual(24);
  expect(screen).toContain('Got worse: 48 answers by their scores, the worst first');
  expect(screen.match(/^ {2}r\d+: helpful 0\.8 → none$/gmu)).toHaveLength(3);
});
