import type { Finding } from '../../documents/findings.ts';
import {
  child,
  choiceOf,
  isEmpty,
  nodeAt,
  numberOf,
  plainValue,
  textOf,
  textsOf,
  type TreeNode,
} from '../../documents/tree.ts';
import type { Coverage, RollbackInstructions, Statistics } from '../../domain/plan.ts';
import { planDefaults } from './defaults.ts';
import { misreading, reading, scaled, shown, type Reading } from './quantity.ts';
import { known, readAt, readTextAt, sectionOf, type SectionReading } from './section.ts';
import { validateCoveredSegments } from './segments.ts';
import { isCalendarDate } from './time.ts';

/** Reads how certain a verdict must be. */
export function readStatistics(root: TreeNode): SectionReading<Statistics | undefined> {
  const { confidence: otherwise, inference } = planDefaults.statistics;
  const confidence = readAt(root, ['statistics', 'confidence'], readConfidence, { otherwise });
  const written = choiceOf(nodeAt(root, ['statistics', 'inference']), ['sequential', 'fixed']);
  return {
    value: sectionOf({ confidence: confidence.value, inference: written ?? inference }),
    findings: confidence.findings,
  };
}

function readConfidence(value: unknown): Reading<number> {
  if (typeof value === 'number' && value > 0.5 && value < 1) return reading(value);
  const percent = /^(\d{2}(?:\.\d+)?) ?%?$/u.exec(shown(value))?.[1];
  const suggestion = percent !== undefined && Number(percent) > 50 ? scaled(percent, -2) : 0.95;
  return misreading(`${shown(value)} is not a number between 0.5 and 1`, `write ${suggestion}`);
}

/** Reads what the requests must contain. */
export function readCoverage(root: TreeNode): SectionReading<Coverage | undefined> {
  const coverage = nodeAt(root, ['coverage']);
  const hours = readHours(child(coverage, 'hours'));
  const findings = [...validateCoveredSegments(root), ...hours.findings];
  if (coverage === undefined) return { value: undefined, findings };
  const segments = child(coverage, 'segments');
  const named = segments?.kind === 'map' ? [...segments.entries] : [];
  return {
    value: {
      ...known({ hours: hours.value }),
      segments: Object.fromEntries(named.map(([dimension, { value }]) => [dimension, textsOf(value)])),
      minRequests: numberOf(child(coverage, 'minRequests')) ?? planDefaults.coverage.minRequests,
    },
    findings,
  };
}

function readHours(node: TreeNode | undefined): SectionReading<readonly [number, number] | undefined> {
  if (node === undefined || isEmpty(node)) return { value: undefined, findings: [] };
  const path = ['coverage', 'hours'];
  const rule = 'invalid-value';
  const hint = 'write the first and the last hour (UTC, both included), such as [8, 20]';
  const items = node.kind === 'list' ? node.items.map(plainValue) : [];
  if (items.length !== 2) {
    const message = `hours: ${shown(plainValue(node))} is not a first and a last hour`;
    return { value: undefined, findings: [{ path, rule, message, hint }] };
  }
  const findings = items.flatMap((hour, index): Finding[] =>
    isHour(hour)
      ? []
      : [{ path: [...path, index], rule, message: `${shown(hour)} is not a whole hour from 0 to 23`, hint }],
  );
  const [first, last] = items;
  return { value: isHour(first) && isHour(last) ? [first, last] : undefined, findings };
}

function isHour(hour: unknown): hour is number {
  return typeof hour === 'number' && Number.isInteger(hour) && hour >= 0 && hour <= 23;
}

/** Reads what the person on call needs to know. */
export function readRollback(root: TreeNode): SectionReading<RollbackInstructions | undefined> {
  const rollback = nodeAt(root, ['rollback']);
  const rehearsed = readTextAt(root, ['rollback', 'rehearsed'], readDay, 'invalid-time');
  const needed = { owner: textOf(child(rollback, 'owner')), steps: textsOf(child(rollback, 'steps')) };
  return { value: sectionOf(needed, { rehearsed: rehearsed.value }), findings: rehearsed.findings };
}

function readDay(date: string): Reading<string> {
  return /^\d{4}-\d{2}-\d{2}$/u.test(date) && isCalendarDate(date)
    ? reading(date)
    : misreading(`${date} is not a date`, 'write a day such as 2026-11-01');
}
