import { createHash } from 'node:crypto';
import { parseHTML } from 'linkedom';
import { describe, expect, test } from 'vitest';
import type { Evidence } from '../../src/domain/evidence.ts';
import { htmlReport } from '../../src/report/html/html-report.tsx';
import type { Report } from '../../src/report/document/report.ts';
import { manySegments, rollbackEvidence } from './example-evidence.ts';
import { looksReport, reportOf, rollbackReport } from './example-reports.ts';
import { hostileEvidence, hostileStrings } from './hostile-evidence.ts';

const largest = 600_000;

/** As much of the DOM as these tests ask for. */
interface PageElement {
  readonly localName: string;
  readonly id: string;
  readonly textContent: string;
  readonly attributes: Iterable<{ readonly name: string; readonly value: string }>;
  getAttribute(name: string): string | null;
}

interface Page {
  querySelectorAll(selector: string): Iterable<PageElement>;
}

function pageOf(report: Report): Page {
  return parseHTML(htmlReport(report)).document;
}

function all(page: Page, selector: string): PageElement[] {
  return [...page.querySelectorAll(selector)];
}

describe('the page', () => {
  test('says the verdict, why and what to do next before anything else', () => {
    const [header] = all(pageOf(rollbackReport), 'body > header');
    const text = header?.textContent ?? '';
    expect(text).toContain('Verdict: ROLLBACK');
    expect(text).toContain('accuracy for locale=de-DE falls by 5.06 pp');
    expect(text).toContain('canary promote rollouts/intent-classifier-1.6.0.yaml');
  });

  test('allows its own style and script by their hashes, and nothing else', () => {
    const page = pageOf(rollbackReport);
    const policy = all(page, 'meta[http-equiv=Content-Security-Policy]')[0]?.getAttribute('content') ?? '';
    expect(policy).toMatch(/^default-src 'none'; /u);
    expect(policy).not.toContain('unsafe');
    for (const name of ['style', 'script']) {
      const elements = all(page, name);
      expect(elements).toHaveLength(1);
      const hash = createHash('sha256')
        .update(elements[0]?.textContent ?? '')
        .digest('base64');
      expect(policy).toContain(`${name}-src 'sha256-${hash}'`);
    }
    expect(all(page, '[style]')).toHaveLength(0);
  });

  test('names no address of the network', () => {
    expect(htmlReport(rollbackReport).replaceAll('http://www.w3.org/2000/svg', '')).not.toMatch(/https?:|\/\/\w/u);
  });

  test('has every chart described, and every id once', () => {
    const page = pageOf(looksReport);
    const charts = all(page, 'svg[role=img]');
    expect(charts.length).toBeGreaterThan(4);
    const ids = all(page, '[id]').map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const chart of charts) {
      for (const id of chart.getAttribute('aria-labelledby')?.split(' ') ?? ['none']) expect(ids).toContain(id);
    }
  });

  test('shows request ids, and inputs only where they were asked for', () => {
    const inputs = new Map([['r000017', 'where is my money']]);
    expect(htmlReport(rollbackReport)).toContain('r000017');
    expect(htmlReport(rollbackReport)).not.toContain('where is my money');
    expect(htmlReport({ ...rollbackReport, inputs })).toContain('where is my money');
  });

  test('leaves out what the evidence does not hold', () => {
    const { latency: _latency, confusion: _confusion, drift: _drift, ...rest } = rollbackEvidence;
    const ids = all(pageOf(reportOf({ ...rest, comparisons: [], guardrails: [] })), 'section').map((section) =>
      section.getAttribute('aria-labelledby'),
    );
    expect(ids).toEqual(['guardrails', 'cohorts', 'checks', 'history', 'reproduce']);
  });

  test('is the same each time', () => {
    expect(htmlReport(looksReport)).toBe(htmlReport(looksReport));
  });
});

describe('hostile strings', () => {
  const page = pageOf(reportOf(hostileEvidence()));

  test('make no element, no address and no handler', () => {
    const known =
      /^(?:html|head|meta|title|link|style|body|a|header|nav|main|section|footer|div|span|p|h[1-3]|ul|li|dl|dt|dd|br|strong|code|details|summary|table|caption|thead|tbody|tr|th|td|svg|g|path|line|circle|rect|text|tspan|desc|script)$/u;
    const unknown = all(page, '*').filter(({ localName }) => !known.test(localName));
    expect(unknown.map(({ localName }) => localName)).toEqual([]);
    expect(all(page, 'script')).toHaveLength(1);
    const attributes = all(page, '*').flatMap((element) =>
      [...element.attributes].map(({ name, value }) => ({ name, value })),
    );
    expect(attributes.filter(({ name }) => name.startsWith('on'))).toEqual([]);
    const addresses = attributes.filter(({ name }) => /^(?:href|src|xlink:href|action)$/u.test(name));
    expect(addresses.filter(({ value }) => !/^(?:#[a-z]+|data:,)$/u.test(value))).toEqual([]);
  });

  test('are shown as they are', () => {
    const [script = ''] = hostileStrings;
    expect(all(page, 'main')[0]?.textContent).toContain(script);
  });
});

function threeMetrics(count: number, name: (index: number) => string): Evidence {
  const one = manySegments(count);
  const metrics = ['accuracy', 'error_rate', 'latency.p95'];
  const renamed = (segment: Readonly<Record<string, string>> | null) =>
    segment === null ? null : { locale: name(Number(segment['locale']?.replace('segment-', ''))) };
  return {
    ...one,
    comparisons: metrics.flatMap((metric) =>
      one.comparisons.map((each) => ({ ...each, metric, segment: renamed(each.segment) })),
    ),
    guardrails: one.guardrails.map((each) => ({ ...each, segment: renamed(each.segment) })),
  };
}

describe('a large page', () => {
  test.each([
    ['500 segments of three metrics', threeMetrics(500, (index) => `segment-${index}`)],
    ['500 segments with long names', threeMetrics(500, (index) => `${index} ${'🤯&<"'.repeat(100)}`)],
  ])('of %s stays under 600 KB and says what it leaves out', (_, evidence) => {
    const html = htmlReport(reportOf(evidence));
    expect(Buffer.byteLength(html)).toBeLessThan(largest);
    expect(html).toMatch(/… and \d+ more guardrails/u);
    expect(html).toMatch(/… and \d+ more segments/u);
  });
});
