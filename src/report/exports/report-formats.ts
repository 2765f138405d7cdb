import type { Renderer } from '../document/report.ts';

/** A kind of report file. Its renderer is loaded when it is needed, since most commands write no report. */
export interface ReportFormat {
  /** As help and messages call it. */
  readonly name: string;
  readonly load: () => Promise<Renderer>;
}

/** The kinds of report files by the extension of their names. */
export const reportFormats: Readonly<Record<string, ReportFormat>> = {
  html: { name: 'HTML page', load: async () => (await import('../html/html-report.tsx')).htmlReport },
  md: { name: 'Markdown', load: async () => (await import('./markdown.ts')).markdownReport },
  json: {
    name: 'evidence as JSON',
    load: async () => {
      const { serializeEvidence } = await import('../document/serialize-evidence.ts');
      return ({ evidence }) => serializeEvidence(evidence);
    },
  },
  xml: { name: 'JUnit XML', load: async () => (await import('./junit.ts')).junitReport },
  csv: { name: 'CSV', load: async () => (await import('./csv.ts')).csvReport },
  prom: { name: 'OpenMetrics', load: async () => (await import('./open-metrics.ts')).openMetricsReport },
  'emf.json': {
    name: "CloudWatch's embedded metric format",
    load: async () => (await import('./embedded-metrics.ts')).embeddedMetricsReport,
  },
};

/** `.md (Markdown), .json (evidence as JSON), …`. */
export const knownExtensions: string = Object.entries(reportFormats)
  .map(([extension, { name }]) => `.${extension} (${name})`)
  .join(', ');
