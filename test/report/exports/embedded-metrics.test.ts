import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import { fleetEmbeddedMetrics, embeddedMetricsReport } from '../../../src/report/exports/embedded-metrics.ts';
import { openMetricsReport } from '../../../src/report/exports/open-metrics.ts';
import type { Report } from '../../../src/report/document/report.ts';
import { increaseReport, looksReport, rollbackReport } from '../example-reports.ts';

const metadataKey = '_aws';

interface Document {
  readonly [member: string]: unknown;
  readonly [metadataKey]: {
    readonly Timestamp: number;
    readonly CloudWatchMetrics: readonly {
      readonly Namespace: string;
      readonly Dimensions: readonly (readonly string[])[];
      readonly Metrics: readonly { readonly Name: string }[];
    }[];
  };
}

/** What the specification asks of the metadata object. */
const metadata = {
  type: 'object',
  required: ['_aws'],
  properties: {
    _aws: {
      type: 'object',
      required: ['Timestamp', 'CloudWatchMetrics'],
      properties: {
        Timestamp: { type: 'integer', minimum: 0 },
        CloudWatchMetrics: {
          type: 'array',
          minItems: 1,
          items: {
            type: 'object',
            required: ['Namespace', 'Dimensions', 'Metrics'],
            properties: {
              Namespace: { type: 'string', minLength: 1, maxLength: 1024 },
              Dimensions: {
                type: 'array',
                minItems: 1,
                items: { type: 'array', maxItems: 30, items: { type: 'string', minLength: 1, maxLength: 250 } },
              },
              Metrics: {
                type: 'array',
                minItems: 1,
                maxItems: 100,
                items: {
                  type: 'object',
                  required: ['Name'],
                  properties: { Name: { type: 'string', minLength: 1, maxLength: 1024 } },
                },
              },
            },
          },
        },
      },
    },
  },
};
const isMetadata = new Ajv().compile(metadata);

function isMetricValue(value: unknown): boolean {
  return typeof value === 'number' && Math.abs(value) <= 2 ** 360;
}

function isDimensionValue(value: unknown): boolean {
  return typeof value === 'string' && /^(?!:)(?=.*[^ ])[ -~]{1,1024}$/u.test(value);
}

/** What of a line breaks the specification. */
function faultsOf(line: string): readonly string[] {
  const document: Document = JSON.parse(line);
  if (!isMetadata(document)) return [JSON.stringify(isMetadata.errors)];
  const [directive] = document[metadataKey].CloudWatchMetrics;
  const names = directive?.Metrics.map(({ Name }) => Name) ?? [];
  const dimensions = directive?.Dimensions.flat() ?? [];
  const members = Object.keys(document).filter((member) => member !== '_aws');
  return [
    ...names.filter((name) => !isMetricValue(document[name])),
    ...dimensions.filter((name) => !isDimensionValue(document[name])),
    ...members.filter((member) => names.includes(member) === dimensions.includes(member)),
    ...(new Set(names).size === names.length ? [] : ['a metric twice']),
    ...(Buffer.byteLength(line) <= 256 * 1024 ? [] : ['too long']),
  ];
}

/** Every number as `name{label="value",…} number`, sorted. */
function numbersOf(lines: readonly string[]): readonly string[] {
  return lines
    .flatMap((line) => {
      const document: Document = JSON.parse(line);
      const [directive] = document[metadataKey].CloudWatchMetrics;
      const labels = (directive?.Dimensions[0] ?? []).map((name) => `${name}=${JSON.stringify(document[name])}`);
      return (directive?.Metrics ?? []).map(
        ({ Name }) => `${Name}{${labels.toSorted().join(',')}} ${String(document[Name])}`,
      );
    })
    .toSorted();
}

const linesOf = (text: string) => text.trimEnd().split('\n');

describe('embedded metrics', () => {
  test.each([
    ['rollback', rollbackReport],
    ['increase', increaseReport],
    ['several looks', looksReport],
  ])('are what the specification allows, a line for each set of labels: %s', (_name, report) => {
    const lines = linesOf(embeddedMetricsReport(report));
    expect(lines.flatMap(faultsOf)).toEqual([]);
    const sets = lines.map((line) => {
      const { _aws, ...members } = JSON.parse(line);
      return JSON.stringify(Object.entries(members).filter(([, value]) => typeof value === 'string'));
    });
    expect(new Set(sets).size).toBe(lines.length);
    expect(lines.length).toBeGreaterThan(10);
  });

  test('say the numbers of the OpenMetrics report under the same names', async () => {
    const openMetrics = (await openMetricsReport(rollbackReport)).split('\n').filter((line) => /^[a-z]/u.test(line));
    const told = openMetrics.map((line) => {
      const [, name = '', labels = '', value = ''] = /^(\w+)\{(.*)\} (\S+)$/u.exec(line) ?? [];
      const pairs = [...labels.matchAll(/\w+="(?:[^"\\]|\\.)+"/gu)].map(([pair]) => encodedPair(pair));
      return `${name}{${pairs.toSorted().join(',')}} ${Number(value)}`;
    });
    expect(numbersOf(linesOf(embeddedMetricsReport(rollbackReport)))).toEqual(told.toSorted());
  });

  test('carry the time of the evaluation, and nothing of several plans of which none was evaluated', () => {
    const [line = ''] = linesOf(embeddedMetricsReport(rollbackReport));
    const { _aws: directive }: Document = JSON.parse(line);
    expect(directive.Timestamp).toBe(Date.parse(rollbackReport.evidence.createdAt));
    const none = { planFile: 'p.yaml', ended: false, exitCode: 2 as const, why: 'x', document: '{}' };
    expect(fleetEmbeddedMetrics([none])).toBe('');
    const fleet = linesOf(fleetEmbeddedMetrics([none, { ...none, planFile: 'q.yaml', report: rollbackReport }]));
    expect(fleet.flatMap(faultsOf)).toEqual([]);
    expect(numbersOf(fleet)).toContain('canary_plan_exit_code{ended="false",plan="p.yaml",plan_file="p.yaml"} 2');
  });

  test('have names that CloudWatch takes, whatever the plan calls itself, and no two become one', () => {
    const names = [':a', '  ', 'Zürich', 'Z%C3%BCrich', '渠'.repeat(200), '\ud800x', 'a\nb'];
    const lines = names.map((name) => linesOf(embeddedMetricsReport(named(rollbackReport, name))));
    expect(lines.flat().flatMap(faultsOf)).toEqual([]);
    expect(new Set(lines.map(([line]) => line)).size).toBe(names.length);
    expect(lines[2]?.[0]).toContain('"plan":"Z%C3%BCrich"');
  });
});

function encodedPair(pair: string): string {
  return pair.replaceAll(/[^ -$&-~]+/gu, encodeURIComponent);
}

function named(report: Report, name: string): Report {
  return { ...report, evidence: { ...report.evidence, plan: { ...report.evidence.plan, name } } };
}
