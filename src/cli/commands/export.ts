import type { Command } from 'commander';
import { ExitCode } from '../../domain/exit-code.ts';
import type { CommandContext } from '../command-context.ts';
import type { ExportOptions } from '../../gate/exposure/export.ts';
import { wholeNumber } from '../options/whole-number.ts';

/** `canary export`: what a flag system or a router is told. */
export function registerExport(program: Command, { world, terminal, exit }: CommandContext): void {
  program
    .command('export')
    .summary('print the configuration of a flag system or a router, or compare it with what is live')
    .description(
      "Prints a flag's definition, a router's file, the code of a bucket header or a replay job, at the weight that the registry has now or at another. With " +
        '--check it compares a file, or a live object on standard input, with that: exit 0 where they agree, 3 where they differ, 5 where it cannot be read.',
    )
    .argument('<target>', 'what is told: flagd, istio, nginx, …')
    .argument('<plan>', 'rollout plan')
    .option('--stage <name>', 'as at this stage of the plan')
    .option('--weight <weight>', 'as at this weight: a fraction such as 0.2, or 20%')
    .option('--lang <language>', 'of bucket-header: js, python, go or java')
    .option(
      '--store <place>',
      'of kubernetes-job: where outcomes are kept, s3://BUCKET/PREFIX or the mounted path of a shared volume',
    )
    .option(
      '--shards <count>',
      'of kubernetes-job: how many parts to cut the replay into',
      wholeNumber('--shards', 1, 10_000),
    )
    .option('--image <image>', 'of kubernetes-job: holds canary, the plan, its registry and its models')
    .option('-o, --output <file>', 'write it there')
    .option('--check <file>', 'compare this file with it; - for standard input')
    .addHelpText(
      'after',
      '\nExamples:\n  canary export istio rollouts/intent.yaml --stage canary-5\n  canary export kubernetes-job rollouts/intent.yaml --store s3://outcomes/intent --shards 16\n  kubectl get virtualservice intent -o json | canary export istio rollouts/intent.yaml --check -',
    )
    .action(async (target: string, plan: string, options: ExportOptions) => {
      const { exportTarget } = await import('../../gate/exposure/export.ts');
      const exported = await exportTarget(world, target, plan, options);
      if (exported.kind === 'text') terminal.result(exported.text);
      if (exported.kind !== 'compared') return;
      const { comparedText } = await import('../../report/commands/export-text.ts');
      terminal.result(comparedText(exported));
      if (exported.differences.length > 0) exit(ExitCode.hold);
    });
}
