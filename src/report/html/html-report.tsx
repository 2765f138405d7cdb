import { createHash } from 'node:crypto';
import type { ComponentChildren } from 'preact';
import { renderToString } from 'preact-render-to-string';
import { printableName } from '../words/printable.ts';
import type { Report } from '../document/report.ts';
import { ConfusionSection } from './confusion-section.tsx';
import { DriftSection } from './drift-section.tsx';
import { CheckSection, CohortSection, ReproductionSection } from './facts-section.tsx';
import { GuardrailSection } from './guardrail-section.tsx';
import { HistorySection } from './history-section.tsx';
import { LatencySection } from './latency-section.tsx';
import { pageScript, pageStyle } from './page-assets.ts';
import { ScoresSection } from './scores-section.tsx';
import { SegmentSection } from './segment-section.tsx';
import { VerdictSection } from './verdict-section.tsx';

/**
 * A report as one HTML page for people: it needs no network and no other file, follows light and dark, prints, and can be read
 * without seeing its charts. Its policy forbids everything but its own style and script.
 */
export function htmlReport(report: Report): string {
  return `<!DOCTYPE html>\n${renderToString(<Page {...report} />)}\n`;
}

function Page({ evidence, looks, planFile, inputs }: Report) {
  const { verdict, plan, stage, comparisons, latency, confusion, scored, drift } = evidence;
  const hasSegments = comparisons.some(({ segment }) => segment !== null);
  const title = `${verdict.decision.toUpperCase()}: ${printableName(plan.name)}, stage ${printableName(stage.name)}`;
  const contents = [
    ['guardrails', 'Guardrails', true],
    ['latency', 'Latency', latency !== undefined],
    ['segments', 'Segments', hasSegments],
    ['labels', 'Labels', confusion !== undefined],
    ['scores', 'Scores', scored !== undefined],
    ['cohorts', 'Cohorts', true],
    ['checks', 'Checks', true],
    ['drift', 'Drift', drift !== undefined],
    ['history', 'History', true],
    ['reproduce', 'Reproduce', true],
  ] as const;
  return (
    <Document title={title}>
      <a class="skip" href="#guardrails">
        Skip to the guardrails
      </a>
      <VerdictSection evidence={evidence} planFile={planFile} />
      <nav class="wide" aria-label="Contents">
        <ul>
          {contents.map(
            ([id, name, shown]) =>
              shown && (
                <li>
                  <a href={`#${id}`}>{name}</a>
                </li>
              ),
          )}
        </ul>
      </nav>
      <main class="wide">
        <GuardrailSection evidence={evidence} />
        <LatencySection evidence={evidence} />
        <SegmentSection evidence={evidence} />
        <ConfusionSection evidence={evidence} inputs={inputs} />
        <ScoresSection scored={scored} />
        <CohortSection evidence={evidence} />
        <CheckSection checks={evidence.checks} />
        <DriftSection drift={drift} />
        <HistorySection evidence={evidence} looks={looks} />
        <ReproductionSection evidence={evidence} planFile={planFile} />
      </main>
      <footer class="wide">
        Written by canary {printableName(evidence.tool.version)} from the evidence <code>{evidence.digest}</code>.
      </footer>
    </Document>
  );
}

/** A page of its own, with the policy, style and script that every page has. */
export function Document({ title, children }: { readonly title: string; readonly children: ComponentChildren }) {
  const policy = `default-src 'none'; style-src ${hashOf(pageStyle)}; script-src ${hashOf(pageScript)}; img-src data:; base-uri 'none'; form-action 'none'`;
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content={policy} />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="referrer" content="no-referrer" />
        <title>{title}</title>
        <link rel="icon" href="data:," />
        <style dangerouslySetInnerHTML={{ __html: pageStyle }} />
      </head>
      <body>
        {children}
        <script dangerouslySetInnerHTML={{ __html: pageScript }} />
      </body>
    </html>
  );
}

function hashOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text, 'utf8').digest('base64')}'`;
}
