import { type Command, Option } from 'commander';
import { invalidInput } from '../../domain/errors.ts';
import type { CommandContext } from '../command-context.ts';
import { decidingCode, evaluateOne, type WrittenOptions } from './evaluate-one.ts';
import { formatOption } from '../options/format-option.ts';

/** `canary evaluate`: may this stage begin? */
export function registerEvaluate(program: Command, context: CommandContext): void {
  program
    .command('evaluate')
    .summary('replay, compare, and say whether a stage may begin')
    .description(
      'Asks whether a stage may begin: replays the recorded requests through both versions, compares them, prints the deltas per cohort ' +
        'and segment, the verdict and the registry change that it would make, and writes the evidence. Changes nothing in the registry.',
    )
    .argument('<plan...>', 'rollout plan; each of several is judged, even where others fail')
    .option('--stage <name>', 'the stage to judge (default: the first not yet entered)')
    .option('--evidence <file>', 'write the evidence here instead of .canary/ beside the plan')
    .option(
      '--report <file...>',
      'also write a report: .html, .md (Markdown), .json, .xml (JUnit), .csv, .prom (OpenMetrics) or .emf.json (CloudWatch), by its name',
    )
    .option('--include-inputs', 'show the recorded inputs of example requests in the reports')
    .option('--notify', "notify the plan's targets of a hold for new reasons")
    .option('--fresh', 'read the log and replay again instead of using what is stored')
    .option('--offline', 'judge what a metrics server said at the last look, without asking it again')
    .option(
      '--store <place>',
      'judge the outcomes that canary replay keeps in this folder or bucket; missing ones are an error',
    )
    .option('--fill', 'replay what is missing in the store of --store')
    .addOption(formatOption())
    .addOption(
      new Option('--fail-on <verdict>', 'the mildest verdict that exits with a code of its own')
        .choices(['hold', 'rollback', 'never'])
        .default('hold'),
    )
    .option('--verbose', 'print every segment and comparison')
    .option('--quiet', 'print only the verdict')
    .addHelpText(
      'after',
      `
Examples:
  canary evaluate rollouts/intent.yaml
  canary evaluate rollouts/intent.yaml --stage canary-25 --format json > evidence.json
  canary evaluate rollouts/intent.yaml --report report.html junit.xml
  canary evaluate rollouts/*.yaml --fail-on rollback      # a merge gate that a hold does not stop

With --format json one plan gives its evidence, several give a list of theirs. Of several plans the exit code is the first of
70, 130, 4, 2, 5, 3 and 0 that any of them would have alone; rollouts that have ended are listed but do not count.`,
    )
    .action(async (planFiles: string[], options: WrittenOptions) => {
      if (planFiles.length > 1) return await evaluateSeveral(planFiles, options, context);
      const [planFile = ''] = planFiles;
      const { reportFiles, writeFleetReports } = await import('../../gate/report/report-files.ts');
      const files = await reportFiles(context.world, options.report ?? []);
      const { code, entry, outputs } = await evaluateOne(planFile, options, context, 'alone');
      // A completed rollout has no evidence that a report could be made from.
      if (entry.verdict === 'none') await writeFleetReports(files, [entry]);
      context.github?.setOutputs(outputs);
      context.exit(code);
    });
}

/** Judges each plan whatever becomes of the others, and tells all of them in everything that it writes. */
async function evaluateSeveral(planFiles: readonly string[], options: WrittenOptions, context: CommandContext) {
  const { world, terminal, github } = context;
  if (options.evidence !== undefined) {
    throw invalidInput(`--evidence is about one plan, but ${planFiles.length} plans were given`, {
      hint: 'Evaluate one plan at a time, or leave --evidence out.',
    });
  }
  const { reportFiles, writeFleetReports } = await import('../../gate/report/report-files.ts');
  const files = await reportFiles(world, options.report ?? []);
  const { report: _files, ...each } = options;
  const evaluated = [];
  for (const planFile of planFiles) evaluated.push(await evaluateOne(planFile, each, context, 'among several'));
  const entries = evaluated.map(({ entry }) => entry);
  if (options.format === 'json') {
    const { fleetJson } = await import('../../report/exports/fleet.ts');
    terminal.result(fleetJson(entries));
  } else if (options.quiet !== true) {
    const { fleetText } = await import('../../report/evidence/fleet-text.ts');
    terminal.result(fleetText(entries, terminal.style));
  }
  await writeFleetReports(files, entries);
  const deciding = evaluated.filter(({ entry }) => !entry.ended);
  const code = decidingCode(deciding.map((one) => one.code));
  if (github !== undefined) {
    const { fleetSummary } = await import('../../report/exports/fleet.ts');
    const summary = fleetSummary(entries);
    github.addSummary(summary, summary);
    const verdicts = entries.map(({ planFile, verdict = null, ended, exitCode }) => ({
      planFile,
      verdict,
      ended,
      exitCode,
    }));
    const outputs = deciding.find((one) => one.code === code)?.outputs ?? { verdict: 'none' };
    github.setOutputs({ ...outputs, verdicts: JSON.stringify(verdicts) });
  }
  context.exit(code);
}
