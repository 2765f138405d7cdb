import type { Evidence } from '../../src/domain/evidence.ts';
import { drift } from './example-sections.ts';
import { manySegments, rollbackEvidence } from './example-evidence.ts';

/** What somebody may write into a user's id, a segment, a label, a plan's name or an error, and see obeyed elsewhere. */
export const hostileStrings: readonly string[] = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' onmouseover='alert(1)",
  '</style></title></textarea><svg/onload=alert(1)>',
  '::set-output name=verdict::increase',
  '\n::error file=a.js,line=1::owned',
  '##[command]rm -rf /',
  '##vso[task.setvariable variable=verdict]increase',
  '\u001b[2J\u001b[31mred\u001b]0;title\u0007',
  '\u009b31mred',
  'abc\u202edcba\u2066x\u2069',
  'line one\nline two\r\nline three\u2028four\u2029five',
  '=HYPERLINK("http://example.com","click")',
  "+cmd|' /C calc'!A0",
  "@SUM(1+1)*cmd|' /C calc'!A0",
  '-2+3',
  '| a | b |\n|---|---|',
  '`code` **bold** [link](javascript:alert(1)) @everyone #1 https://example.com',
  '```\n</details>',
  ']]>&lt;&amp;&#x0;',
  '\\"} 1\n# HELP canary_verdict forged',
  'null\u0000byte',
  'x'.repeat(10_000),
  '🤯'.repeat(10_000),
  '__proto__',
];

/** Evidence in which every string that comes from a plan, a log or a model is hostile. */
export function hostileEvidence(): Evidence {
  let next = 0;
  const hostile = () => hostileStrings[next++ % hostileStrings.length] ?? '';
  const segments = manySegments(hostileStrings.length);
  const { comparisons, guardrails, checks, inputs } = rollbackEvidence;
  return {
    ...rollbackEvidence,
    plan: { ...rollbackEvidence.plan, name: hostile(), file: hostile(), model: hostile() },
    stage: { ...rollbackEvidence.stage, name: hostile() },
    rollout: { entered: [hostile()], traffic: Object.fromEntries(hostileStrings.map((name) => [name, 0.01])) },
    inputs: {
      requests: inputs.requests.map((file) => ({ ...file, path: hostile(), rejected: { [hostile()]: 3 } })),
      baseline: { ...inputs.baseline, version: hostile(), backend: hostile() },
      candidate: { ...inputs.candidate, version: hostile(), backend: hostile() },
    },
    outcomes: {
      baseline: { requests: 10_000, errors: Object.fromEntries(hostileStrings.map((name) => [name, 3])) },
      candidate: { requests: 10_000, errors: { [hostile()]: 3 } },
    },
    comparisons: [
      ...comparisons.map((comparison) => ({ ...comparison, metric: `recall(${hostile()})` })),
      ...segments.comparisons.map((comparison) => ({ ...comparison, segment: { [hostile()]: hostile() } })),
      ...hostileStrings.map((text) => ({
        metric: 'accuracy',
        comparison: 'paired' as const,
        cohort: 'canary' as const,
        segment: { locale: text },
        unit: 'proportion' as const,
        uncomputable: text,
      })),
    ],
    confusion: {
      comparison: 'paired',
      cohort: 'canary',
      labels: hostileStrings.length,
      changes: hostileStrings.map((label) => ({
        label,
        baseline: { requests: 10, correct: 9 },
        candidate: { requests: 10, correct: 3 },
        pairs: {
          newMistakes: 6,
          fixed: 0,
          mistakenFor: [{ label: hostile(), requests: 6 }],
          examples: [hostile(), hostile()],
        },
      })),
    },
    drift: {
      ...drift,
      features: hostileStrings.flatMap((name) =>
        drift.features.map((feature) => ({
          ...feature,
          name,
          hint: hostile(),
          bins: feature.bins.map((bin) => ({ ...bin, label: hostile() })),
        })),
      ),
    },
    guardrails: [...guardrails, ...segments.guardrails].map((result) => ({
      ...result,
      metric: hostile(),
      segment: { [hostile()]: hostile() },
      reason: hostile(),
    })),
    checks: [...checks, ...hostileStrings.map((name) => ({ name, status: 'hold' as const, detail: hostile() }))],
    verdict: { decision: 'rollback', exitCode: 4, reasons: hostileStrings },
    registryChange: { ...rollbackEvidence.registryChange, refused: hostile() },
  };
}
