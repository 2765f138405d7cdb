import { create } from 'xmlbuilder2';
import type { XMLBuilder } from 'xmlbuilder2/lib/interfaces.js';
import type { CheckResult, Evidence, GuardrailResult } from '../../domain/evidence.ts';
import { formatBound } from '../../domain/bound.ts';
import { guardrailSubject } from '../evidence/guardrail-cells.ts';
import { guardrailsByWeight } from '../../domain/statistics/guardrails-by-weight.ts';
import { printableName, printableSentence } from '../words/printable.ts';
import type { FleetEntry } from '../document/fleet.ts';
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
  return junitText([suiteOf(evidence)]);
}

/** Several plans as JUnit XML: a suite per plan. A plan that gave no verdict is an error; what has ended is one passed case. */
export function fleetJunit(entries: readonly FleetEntry[]): string {
  return junitText(
    entries.map((entry) => (entry.report === undefined ? bareSuite(entry) : suiteOf(entry.report.evidence))),
  );
}

/** A test suite. */
interface Suite {
  readonly name: string;
  /** In ISO 8601. */
  readonly at: string;
  readonly properties: readonly (readonly [string, string])[];
  readonly cases: readonly TestCase[];
  readonly out: string;
}

function suiteOf(evidence: Evidence): Suite {
  const { plan, stage, createdAt, verdict } = evidence;
  return {
    name: `${printableName(plan.name)} ${printableName(stage.name)}`,
    at: createdAt,
    properties: propertiesOf(evidence),
    cases: testCases(evidence),
    out: `Verdict: ${verdict.decision.toUpperCase()}`,
  };
}

function bareSuite({ planFile, verdict, why }: FleetEntry): Suite {
  const message = printableSentence(why);
  const result = verdict === undefined ? ('error' as const) : ('passed' as const);
  const only: TestCase = { classname: 'canary', name: 'plan', result, type: verdict ?? 'no verdict', message };
  return { name: printableName(planFile), at: '1970-01-01T00:00:00', properties: [], cases: [only], out: message };
}

function junitText(suites: readonly Suite[]): string {
  const root = create({ version: '1.0', encoding: 'UTF-8' }).ele('testsuites');
  for (const [index, suite] of suites.entries()) addSuite(root, suite, index);
  return `${root.end({ prettyPrint: true })}\n`;
}

function addSuite(root: XMLBuilder, { name: suiteName, at, properties: told, cases, out }: Suite, index: number): void {
  const count = (result: TestCase['result']) => String(cases.filter((each) => each.result === result).length);
  const suite = root.ele('testsuite', {
    id: String(index),
    package: 'canary',
    name: suiteName,
    // The schema wants no zone; times are UTC.
    timestamp: at.slice(0, 19),
    hostname: 'localhost',
    tests: String(cases.length),
    failures: count('failure'),
    errors: count('error'),
    skipped: count('skipped'),
    time: '0',
  });
  const properties = suite.ele('properties');
  for (const [name, value] of told) properties.ele('property', { name, value });
  for (const { classname, name, result, type, message } of cases) {
    const element = suite.ele('testcase', { classname, name, time: '0' });
    if (result === 'skipped') element.ele('skipped');
    else if (result !== 'passed') element.ele(result, { message, type }).txt(message);
  }
  suite.ele('system-out').txt(out);
  suite.ele('system-err');
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
