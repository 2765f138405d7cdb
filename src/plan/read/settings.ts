import type { Finding } from '../../documents/findings.ts';
import { readDuration, readFraction, readSpan, scaled, shown } from './quantity.ts';
import { readAt } from './section.ts';
import { isCalendarDate } from './time.ts';
import { readWindow } from './window.ts';
import { isEmpty, nodeAt, plainValue, textOf, type TreeNode } from '../../documents/tree.ts';

/** Checks the settings whose meaning the schema cannot tell: shares, durations, times, hours and the confidence. */
export function validateSettings(root: TreeNode): Finding[] {
  return [
    ...readAt(root, ['requests', 'maxRejected'], readFraction).findings,
    ...readAt(root, ['requests', 'maxUnknownLabels'], readFraction).findings,
    ...readAt(root, ['requests', 'labelsMatureAfter'], readSpan).findings,
    ...readAt(root, ['replay', 'timeout'], readDuration).findings,
    ...readWindow(root, ['requests']).findings,
    ...checkConfidence(root),
    ...checkHours(root),
    ...checkLoad(root),
    ...checkRehearsal(root),
  ];
}

function checkConfidence(root: TreeNode): Finding[] {
  const path = ['statistics', 'confidence'];
  const node = nodeAt(root, path);
  if (node === undefined || isEmpty(node)) return [];
  const value = plainValue(node);
  if (typeof value === 'number' && value > 0.5 && value < 1) return [];
  const percent = /^(\d{2}(?:\.\d+)?) ?%?$/u.exec(shown(value))?.[1];
  const suggestion = percent !== undefined && Number(percent) > 50 ? scaled(percent, -2) : 0.95;
  const message = `confidence: ${shown(value)} is not a number between 0.5 and 1`;
  return [{ path, rule: 'invalid-value', message, hint: `write ${suggestion}` }];
}

function checkHours(root: TreeNode): Finding[] {
  const path = ['coverage', 'hours'];
  const node = nodeAt(root, path);
  const hint = 'write the first and the last hour (UTC, both included), such as [8, 20]';
  if (node === undefined || isEmpty(node)) return [];
  if (node.kind !== 'list' || node.items.length !== 2) {
    const message = `hours: ${shown(plainValue(node))} is not a first and a last hour`;
    return [{ path, rule: 'invalid-value', message, hint }];
  }
  return node.items.flatMap((item, index): Finding[] => {
    const hour = plainValue(item);
    if (typeof hour === 'number' && Number.isInteger(hour) && hour >= 0 && hour <= 23) return [];
    const message = `${shown(hour)} is not a whole hour from 0 to 23`;
    return [{ path: [...path, index], rule: 'invalid-value', message, hint }];
  });
}

function checkLoad(root: TreeNode): Finding[] {
  const settingAt = (key: string): unknown => {
    const node = nodeAt(root, ['replay', key]);
    return node === undefined ? undefined : plainValue(node);
  };
  const findings: Finding[] = [];
  if (settingAt('speedup') !== undefined && settingAt('rate') !== 'recorded') {
    const message = "speedup: only the log's own times can be sped up";
    findings.push({
      path: ['replay', 'speedup'],
      rule: 'invalid-value',
      message,
      hint: 'write rate: recorded beside it',
    });
  }
  if (settingAt('rate') !== undefined && settingAt('latency') === 'recorded') {
    const message = 'rate: nothing is sent where the latency is recorded';
    findings.push({
      path: ['replay', 'rate'],
      rule: 'invalid-value',
      message,
      hint: 'write latency: measured, or no rate',
    });
  }
  return findings;
}

function checkRehearsal(root: TreeNode): Finding[] {
  const path = ['rollback', 'rehearsed'];
  const date = textOf(nodeAt(root, path));
  if (date === undefined || (/^\d{4}-\d{2}-\d{2}$/u.test(date) && isCalendarDate(date))) return [];
  return [
    { path, rule: 'invalid-time', message: `rehearsed: ${date} is not a date`, hint: 'write a day such as 2026-11-01' },
  ];
}
