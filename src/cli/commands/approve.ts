import type { Command } from 'commander';
import { ExitCode } from '../../domain/exit-code.ts';
import type { ApproveOptions } from '../../gate/act/approve.ts';
import type { CommandContext } from '../command-context.ts';
import { formatOption, jsonText, type OutputFormat } from '../options/format-option.ts';

interface WrittenOptions extends ApproveOptions {
  readonly format: OutputFormat;
}

/** `canary approve`: a person agrees that a stage begins. */
export function registerApprove(program: Command, context: CommandContext): void {
  program
    .command('approve')
    .summary('record that a person agrees that a stage begins')
    .description(
      'Approves a stage of which the plan says approve: true, on the evidence of the latest evaluation: evaluate and promote hold until somebody did. The registry ' +
        'keeps who and when; nothing moves. A rollback, a step down, an entered stage or a changed plan ends the approval. ' +
        'Exits 0 when the stage is approved, also when it was before, and 4, without a change, when the evidence says rollback or the candidate is out.',
    )
    .argument('<plan>', 'rollout plan')
    .requiredOption('--by <name>', 'who approves')
    .option('--stage <name>', 'the stage to approve (default: the first not yet entered)')
    .option('--evidence <file>', 'the evidence that was seen, where it is not in .canary/ beside the plan')
    .option('--reason <text>', 'why')
    .addOption(formatOption())
    .addHelpText(
      'after',
      '\nExamples:\n  canary approve rollouts/intent.yaml --by ana\n' +
        '  canary approve rollouts/intent.yaml --stage full --by ana --reason "read the report of Friday"',
    )
    .action(async (plan: string, options: WrittenOptions) => {
      const { approve } = await import('../../gate/act/approve.ts');
      const { approvalText } = await import('../../report/commands/approval-text.ts');
      const approval = await approve(context.world, plan, options);
      const { terminal } = context;
      terminal.result(options.format === 'json' ? jsonText(approval) : approvalText(approval, terminal.style));
      if (approval.verdict === 'rollback') context.exit(ExitCode.rollback);
    });
}
