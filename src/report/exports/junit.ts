import { create } from 'xmlbuilder2';
import type { CheckResult, Evidence, GuardrailResult } from '../../domain/evidence.ts';
import { formatBound } from '../../domain/bound.ts';
import { guardrailSubject } from '../evidence/guardrail-cells.ts';
import { guardrailsByWeight } from '../evidence/harm.ts';
import { printableName, printableSentence } from '../words/printable.ts';
import type { Report } from '../document/report.ts';

/** What a test case came to; a case that did not pass says why. */
interface TestCase {
  readonly classname: string;
  readonly name: string;
  readonly result: 'passed' | 'failure' | 'error' | 'skipped';
  /** The word that tells kinds of failure apart. */
  readonly type: string;
  readonly message: string;
}

/**
 * A report as JUnit XML, which CI systems show beside unit tests: a test case per guardrail and per check. What is not
 * proven has not passed: `inconclusive` fails, `uncomputable` is an error, and only a check that does not apply is skipped.
 * Fits the schema that Ant's JUnit task is described by, the strictest of those in use.
 */
export function junitReport({ evidence }: Report): string {
  const { plan, stage, createdAt } = evidence;
  const cases = testCases(evidence);
  const count = (result: TestCase['result']) => String(cases.filter((each) => each.result === result).length);
  const totals = { tests: String(cases.length), failures: count('failure'), errors: count('error') };
  const suites = create({ version: '1.0', encoding: 'UTF-8' }).ele('testsuites');
  const suite = suites.ele('testsuite', {
    id: '0',
    package: 'canary',
    name: `${printableName(plan.name)} ${printableName(stage.name)}`,
    // The schema wants no zone; times are UTC.
    timestamp: createdAt.slice(0, 19),
    hostname: 'localhost',
    ...totals,
    skipped: count('skipped'),
    time: '0',
  });
  const properties = suite.ele('properties');
  for (const [name, value] of propertiesOf(evidence)) properties.ele('property', { name, value });
  for (const { classname, name, result, type, message } of cases) {
    const element = suite.ele('testcase', { classname, name, time: '0' });
    if (result === 'skipped') element.ele('skipped');
    else if (result !== 'passed') element.ele(result, { message, type }).txt(message);
  }
  suite.ele('system-out').txt(`Verdict: ${evidence.verdict.decision.toUpperCase()}`);
  suite.ele('system-err');
  return `${suites.end({ prettyPrint: true })}\n`;
}

function propertiesOf({ verdict, inputs, digest }: Evidence): [string, string][] {
  return [
    ['verdict', verdict.decision],
    ['baseline', printableName(inputs.baseline.version)],
    ['candidate', printableName(inputs.candidate.version)],
    ['evidence', digest],
  ];
}

function testCases({ guardrails, checks, plan, stage }: Evidence): TestCase[] {
  const scope = [plan.name, stage.name].map((name) => printableName(name).replaceAll('.', '_')).join('.');
  return [
    ...guardrailsByWeight(guardrails).map((guardrail) => guardrailCase(guardrail, `canary.${scope}.guardrails`)),
    ...checks.map((check) => checkCase(check, `canary.${scope}.checks`)),
  ];
}

const guardrailResults = {
  pass: 'passed',
  breach: 'failure',
  inconclusive: 'failure',
  uncomputable: 'error',
  'not-applicable': 'skipped',
} as const;

function guardrailCase(guardrail: GuardrailResult, classname: string): TestCase {
  return {
    classname,
    name: `${guardrailSubject(guardrail)}: ${formatBound(guardrail.bound, guardrail.unit)}`,
    // A suite fails by what decides.
    result: guardrail.onBreach === 'report' ? 'passed' : guardrailResults[guardrail.status],
    type: guardrail.status,
    message: printableSentence(guardrail.reason),
  };
}

const checkResults = {
  pass: 'passed',
  warn: 'passed',
  hold: 'failure',
  rollback: 'failure',
  'not-applicable': 'skipped',
} as const;

function checkCase({ name, status, detail }: CheckResult, classname: string): TestCase {
  const message = printableSentence(detail);
  return { classname, name: printableName(name), result: checkResults[status], type: status, message };
}
