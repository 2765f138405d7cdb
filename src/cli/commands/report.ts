import { type Command, Option } from 'commander';
import type { World } from '../../gate/world.ts';
import type { Report } from '../../report/document/report.ts';
import type { CommandContext } from '../command-context.ts';

interface ReportOptions {
  readonly output?: readonly string[];
  readonly format?: string;
  readonly includeInputs?: boolean;
  readonly plan?: string;
  readonly verbose?: boolean;
}

async function inputsOf(world: World, report: Report): Promise<Report> {
  const { withInputs } = await import('../../gate/report/example-inputs.ts');
  return await withInputs(world, report);
}

/** `canary report`: evidence as a page, a comment, or what a pipeline reads. */
export function registerReport(program: Command, context: CommandContext): void {
  program
    .command('report')
    .summary('turn evidence into a report for people or pipelines')
    .description(
      'Turns the evidence of an evaluation into a report. Of several looks at one rollout it reports the latest, with the ' +
        'others as its history; it finds looks that lie beside the evidence. The kind of report follows from the name: ' +
        '.html, .md (Markdown), .json, .xml (JUnit), .csv, .prom (OpenMetrics) or .emf.json (CloudWatch).',
    )
    .argument('<evidence...>', 'evidence that canary evaluate wrote; several looks at one rollout are its history')
    .option('-o, --output <file...>', 'write a report to this file, and print nothing')
    .addOption(
      new Option('--format <format>', 'print the report in this form, if there is no --output').choices([
        'text',
        'json',
        'html',
        'md',
        'xml',
        'csv',
        'prom',
        'emf.json',
      ]),
    )
    .option('--include-inputs', "show the recorded inputs of example requests, read again from the plan's log")
    .option('--plan <file>', 'the plan, if it does not lie beside the .canary/ folder of the evidence')
    .option('--verbose', 'print every segment and comparison, in a report printed as text')
    .addHelpText(
      'after',
      `
Examples:
  canary report .canary/intent-1.5.0/canary-5/evidence.json -o report.html
  canary report evidence.json -o report.html report.md junit.xml
  canary report look-*.json --format md >> "$GITHUB_STEP_SUMMARY"`,
    )
    .action(async (evidenceFiles: string[], options: ReportOptions) => {
      const { world, terminal } = context;
      const { readReport } = await import('../../gate/report/read-report.ts');
      const { renderReport, reportFiles, writeReports } = await import('../../gate/report/report-files.ts');
      const files = await reportFiles(world, options.output ?? []);
      const report = await readReport(world, evidenceFiles, options.plan);
      const told = options.includeInputs === true ? await inputsOf(world, report) : report;
      await writeReports(files, told);
      const { format = files.length === 0 ? 'text' : undefined } = options;
      if (format === 'text') {
        const { evidenceText } = await import('../../report/evidence/evidence-text.ts');
        const { evidence, planFile } = report;
        const { model } = evidence.plan;
        const verbose = options.verbose === true;
        terminal.result(
          evidenceText(evidence, terminal.style, { planFile, verbose, ...(model === undefined ? {} : { model }) }),
        );
      } else if (format !== undefined) {
        terminal.result(await renderReport(format, told));
      }
    });
}
