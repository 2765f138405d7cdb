import { latencyUnitNames } from '../../../domain/log/latency-field.ts';
import type { NumberQuery, PrometheusSource } from '../../../domain/remote/metric-series.ts';
import { parseSelector } from '../../../domain/remote/selector.ts';
import type { Finding } from '../../../documents/findings.ts';
import { child, choiceOf, keysOf, nodeAt, plainValue, textOf, type TreeNode } from '../../../documents/tree.ts';
import { readSpan } from '../quantity.ts';
import { known, readAt, type SectionReading, unusedKey } from '../section.ts';
import { metricOf, readSeries, unitFinding, unknownName } from './metric-series.ts';
import { holdsSecret, readSecret, secretAddress } from './secret.ts';

/** Keys of `requests` that say what a metrics server is asked. */
const keys = ['url', 'token', 'user', 'password', 'versionLabel', 'window', 'series', 'queries', 'independent'];
/** Those that a file of answers has as well. */
const ofAnswers = new Set(['series', 'independent']);
/** The others that mean something with it. */
const shared = new Set(['format', 'settle', 'weights', 'versions', 'from', 'to', ...keys]);

/** Whether a key of `requests` says something of a source in that format: a metrics server has no records, and a log no counters. */
export function isReadWith(format: string, key: string): boolean {
  if (format === 'prometheus') return shared.has(key);
  return !keys.includes(key) || (format === 'cloudwatch' && ofAnswers.has(key));
}

/** Reads what is asked of a metrics server; undefined for a plan of another format, where its keys are told as unused. */
export function readPrometheus(root: TreeNode): SectionReading<PrometheusSource | undefined> {
  const path = ['requests'];
  const requests = nodeAt(root, path);
  const format = textOf(child(requests, 'format')) ?? 'canary';
  const written = keysOf(requests);
  if (format !== 'prometheus') {
    const unread = written.filter((key) => !isReadWith(format, key));
    return { value: undefined, findings: unread.map((key) => ofServer(key)) };
  }
  const secrets = ['token', 'user', 'password'].map((key) =>
    readSecret(root, [...path, key], `PROM_${key.toUpperCase()}`),
  );
  const [token, user, password] = secrets.map(({ value }) => value);
  const window =
    textOf(child(requests, 'window')) === 'since-stage'
      ? { value: undefined, findings: [] }
      : readAt(root, [...path, 'window'], readSpan);
  const series = readSeries(root);
  const queries = readQueries(root);
  const [url = '', versionLabel = ''] = ['url', 'versionLabel'].map((key) => textOf(child(requests, key)));
  const independent = child(requests, 'independent');
  return {
    value: {
      url,
      versionLabel,
      series: series.value,
      queries: queries.value,
      ...known({ token, user, password, windowMs: window.value }),
      ...(independent !== undefined && plainValue(independent) === true ? { independent: true } : {}),
    },
    findings: [
      ...secrets.flatMap(({ findings }) => findings),
      ...window.findings,
      ...series.findings,
      ...queries.findings,
      ...checkKeys(root, written),
      ...checkUrl(textOf(child(requests, 'url'))),
      ...checkLogin(written),
      ...series.value.flatMap(({ name, series: each }) => checkSelectors(name, each, keyOf(root, name))),
    ],
  };
}

function ofServer(key: string): Finding {
  return unusedKey(
    ['requests', key],
    `${key} is only for format: prometheus`,
    `write format: prometheus, or delete ${key}`,
  );
}

/** The key under which the plan writes a metric's series, which may be another spelling of its id. */
function keyOf(root: TreeNode, name: string): string {
  return keysOf(nodeAt(root, ['requests', 'series'])).find((key) => metricOf(key)?.name === name) ?? name;
}

function readQueries(root: TreeNode): { value: readonly NumberQuery[]; findings: readonly Finding[] } {
  const list = nodeAt(root, ['requests', 'queries']);
  const read = keysOf(list).map((key): { value?: NumberQuery; findings: readonly Finding[] } => {
    const path = ['requests', 'queries', key];
    const metric = metricOf(key);
    if (metric === undefined || key === 'latency') return { findings: [unknownName(key, path)] };
    const node = child(list, key);
    const query = textOf(node) ?? textOf(child(node, 'query'));
    const unit = choiceOf(child(node, 'unit'), latencyUnitNames);
    if (query === undefined) {
      const missing = keysOf(node).includes('unit');
      const message = `queries.${key}.query is missing`;
      const hint = 'write query: and an expression that gives one number per version';
      return { findings: missing ? [{ path: [...path, 'query'], rule: 'missing-key', message, hint }] : [] };
    }
    const findings =
      metric.unit === 'ms' && unit === undefined
        ? [
            {
              path,
              rule: 'missing-key',
              message: `queries.${key} needs its unit`,
              hint: `write { query: '...', unit: s }`,
            },
          ]
        : unitFinding(key, metric.unit, unit, path);
    return { value: { name: metric.name, query, ...known({ unit }) }, findings };
  });
  return { value: read.flatMap(({ value }) => value ?? []), findings: read.flatMap(({ findings }) => findings) };
}

function checkKeys(root: TreeNode, written: readonly string[]): Finding[] {
  const path = ['requests'];
  const missing = ['url', 'versionLabel'].filter((key) => !written.includes(key));
  const examples: Readonly<Record<string, string>> = {
    url: 'http://prometheus:9090',
    versionLabel: 'model_version',
  };
  const asked = ['series', 'queries'].some((key) => keysOf(nodeAt(root, [...path, key])).length > 0);
  return [
    ...missing.map((key): Finding => ({
      path: [...path, key],
      rule: 'missing-key',
      message: `requests.${key} is missing`,
      hint: `write ${key}: ${examples[key]}`,
    })),
    ...(asked
      ? []
      : [
          {
            path: [...path, 'series'],
            rule: 'missing-key',
            message: 'requests.series is missing',
            hint: 'write series: { error_rate: { bad: \'http_requests_total{code=~"5.."}\', total: http_requests_total } }',
          },
        ]),
    ...written
      .filter((key) => !isReadWith('prometheus', key))
      .map((key) =>
        unusedKey(
          [...path, key],
          `${key} is about records, but format: prometheus has none`,
          `delete ${key}, or name a log of requests`,
        ),
      ),
  ];
}

function checkUrl(url: string | undefined): Finding[] {
  if (url === undefined) return [];
  const path = ['requests', 'url'];
  if (holdsSecret(url)) {
    return [secretAddress(path, 'token: { env: PROM_TOKEN }, or user and password')];
  }
  if (!URL.canParse(url) || !/^https?:$/u.test(new URL(url).protocol)) {
    const message = `url: ${url} is not an address`;
    return [{ path, rule: 'invalid-value', message, hint: 'write http://prometheus:9090' }];
  }
  if (!/\/(?:graph|api\/v1(?:\/query)?)\/?$/u.test(new URL(url).pathname) && new URL(url).search === '') return [];
  const message = `url: ${url} is one page of the server`;
  return [{ path, rule: 'invalid-value', message, hint: 'write it without /graph or /api/v1 and what follows' }];
}

function checkLogin(written: readonly string[]): Finding[] {
  const [token, user, password] = ['token', 'user', 'password'].map((key) => written.includes(key));
  if (token && (user || password))
    return [unusedKey(['requests', 'token'], 'token is one of two ways to log in', 'keep token, or user and password')];
  if (user === password) return [];
  const lacking = user ? 'password' : 'user';
  const message = `requests.${lacking} is missing: user and password go together`;
  return [
    {
      path: ['requests', lacking],
      rule: 'missing-key',
      message,
      hint: `write ${lacking}: { env: PROM_${lacking.toUpperCase()} }`,
    },
  ];
}

/** Counters are read sample by sample, which no function of them gives. */
function checkSelectors(name: string, series: object, key: string): Finding[] {
  const named = Object.entries(series).filter(([field]) =>
    ['bad', 'total', 'histogram', 'sum', 'count'].includes(field),
  );
  return named.flatMap(([field, text]): Finding[] => {
    if (parseSelector(String(text)) !== undefined) return [];
    return [
      {
        path: ['requests', 'series', key, field],
        rule: 'invalid-value',
        message: `${field}: ${String(text)} is not the name of a series with its matchers`,
        hint: `write ${field}: http_requests_total{service="intent"}, which canary reads sample by sample; an expression belongs under queries: { ${name === 'latency' ? 'latency.p95' : name}: ... }`,
      },
    ];
  });
}
