import { answerIds, roleInId } from '../../../domain/remote/answer-id.ts';
import type { CloudwatchSource, NamedSeries } from '../../../domain/remote/metric-series.ts';
import type { Finding } from '../../../documents/findings.ts';
import { child, keysOf, nodeAt, plainValue, textOf, type TreeNode } from '../../../documents/tree.ts';
import { type SectionReading, unusedKey } from '../section.ts';
import { readSeries } from './metric-series.ts';

const path = ['requests'];
/** Keys of `requests` that mean something with answers of CloudWatch. */
const read = new Set(['format', 'source', 'storage', 'series', 'independent']);

/** Reads which ids of CloudWatch's answers tell what; undefined for a plan of another format. */
export function readCloudwatch(root: TreeNode): SectionReading<CloudwatchSource | undefined> {
  const requests = nodeAt(root, path);
  if (textOf(child(requests, 'format')) !== 'cloudwatch') return { value: undefined, findings: [] };
  const series = readSeries(root);
  const independent = child(requests, 'independent');
  const isIndependent = independent !== undefined && plainValue(independent) === true;
  return {
    value: { series: series.value.flatMap(withoutBuckets), ...(isIndependent ? { independent: true } : {}) },
    findings: [
      ...series.findings,
      ...checkKeys(root, keysOf(requests)),
      ...keysOf(nodeAt(root, [...path, 'series'])).flatMap((metric) => checkIds(root, metric)),
    ],
  };
}

function withoutBuckets({ name, series }: NamedSeries): CloudwatchSource['series'] {
  return series.kind === 'histogram' ? [] : [{ name, series }];
}

function checkKeys(root: TreeNode, written: readonly string[]): Finding[] {
  const hint = "write series: { error_rate: { bad: '$role_errors', total: '$role_requests' } }";
  const message = 'requests.series is missing';
  const isAsked = keysOf(nodeAt(root, [...path, 'series'])).length > 0;
  return [
    ...(isAsked ? [] : [{ path: [...path, 'series'], rule: 'missing-key', message, hint }]),
    ...written
      .filter((key) => !read.has(key))
      .map((key) =>
        unusedKey(
          [...path, key],
          `${key} says nothing about the answers that format: cloudwatch reads`,
          `delete ${key}`,
        ),
      ),
  ];
}

/** An id of each version for everything that is told. */
function checkIds(root: TreeNode, metric: string): Finding[] {
  const series = nodeAt(root, [...path, 'series', metric]);
  const place = [...path, 'series', metric];
  const named = keysOf(series).filter((key) => key !== 'unit' && key !== 'aggregate');
  return named.flatMap((key): Finding[] => {
    const id = textOf(child(series, key)) ?? '';
    if (key === 'histogram') {
      const message = 'histogram: CloudWatch keeps no buckets';
      const hint = "write latency.p95: { gauge: '$role_p95', unit: ms }, which test: point compares";
      return [{ path: [...place, key], at: 'key', rule: 'invalid-value', message, hint }];
    }
    if (id.includes(roleInId) && answerIds(id).every((each) => /^[a-z]\w*$/u.test(each))) return [];
    const message = `${key}: ${id} is not a query id with ${roleInId} in it`;
    const hint = `write ${key}: '${roleInId}_requests' for the ids baseline_requests and candidate_requests`;
    return [{ path: [...place, key], rule: 'invalid-value', message, hint }];
  });
}
