import { UserError, type Diagnostic } from '../../src/domain/errors.ts';
import { ExitCode } from '../../src/domain/exit-code.ts';
import { parsePlan, type ParsedPlan, type RejectedPlan } from '../../src/plan/parse-plan.ts';

/** A plan that uses every part of the format. */
export const examplePlan = `apiVersion: canary/v1
kind: RolloutPlan
name: intent-1.5.0
model: intent
registry: ../registry
baseline: stable
candidate: 1.5.0

requests:
  source: ../requests/*.jsonl
  fields: { unit: session.id }
  segments:
    locale: context.locale
    hour: timestamp.hour
  from: 2026-11-01

stages:
  - { name: shadow, weight: 0, minRequests: 2000 }
  - { name: canary-5, weight: 5%, minRequests: 500, minUnits: 100 }
  - name: half
    weight: 0.25
    source: [../requests/late.csv, ../requests/later.csv]
    from: 2026-11-02T09:00:00+01:00
  - { name: full, weight: 1 }

guardrails:
  - { metric: latency.p95, max: 120ms, maxIncrease: 10% }
  - { metric: error_rate, max: 0.8%, maxIncrease: 0.2pp }
  - { metric: accuracy, maxDecrease: 1pp, segments: [locale] }
  - { metric: latency.mean, maxIncrease: 5ms, onBreach: hold, test: point }

replay: { timeout: 1.5s, seed: 7 }
coverage: { hours: [8, 20], segments: { locale: [en-US, de-DE] } }
rollback: { owner: on-call, rehearsed: 2026-11-01, steps: [canary rollback rollouts/intent.yaml] }
checks: { sampleRatio: { alpha: 0.0005 }, parity: warn, window: { minDuration: 36h }, segmentMix: hold, selection: warn }
`;

/** The shortest valid plan. */
export const shortPlan = `apiVersion: canary/v1
kind: RolloutPlan
name: short
model: intent
registry: registry
baseline: stable
candidate: 1.5.0
requests: { source: requests.jsonl }
stages: [{ name: full, weight: 1 }]
guardrails: [{ metric: accuracy, maxDecrease: 1pp }]
`;

/** The example plan with one piece of its text replaced. */
export function planWith(piece: string, replacement: string): string {
  if (!examplePlan.includes(piece)) throw new Error(`the example plan has no ${piece}`);
  return examplePlan.replace(piece, () => replacement);
}

/** Parses a plan of which base files are given by their path from the plan's folder. */
export function parse(text: string, bases: Readonly<Record<string, string>> = {}): ParsedPlan | RejectedPlan {
  return parsePlan({ path: 'rollouts/a.yaml', text, readBase: (path) => baseText(bases, path) });
}

function baseText(bases: Readonly<Record<string, string>>, path: string): string {
  const text = bases[path];
  if (text === undefined) throw new UserError(ExitCode.usage, `${path} does not exist`);
  return text;
}

/** Parses a plan that must be right. */
export function parsed(text: string, bases?: Readonly<Record<string, string>>): ParsedPlan {
  const result = parse(text, bases);
  if (!result.ok) throw new Error(result.diagnostics.map(asLine).join('\n'));
  return result;
}

/** What is wrong with a plan, one line per finding: `file:line:column message; hint`. */
export function problems(text: string, bases?: Readonly<Record<string, string>>): string[] {
  const result = parse(text, bases);
  return result.ok ? [] : result.diagnostics.map(asLine);
}

export function asLine({ file, line, column, message, hint }: Diagnostic): string {
  return `${file}:${line}:${column} ${message}; ${hint}`;
}
