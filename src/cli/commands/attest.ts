import { type Command, Option } from 'commander';
import { invalidInput } from '../../domain/errors.ts';
import type { Decision } from '../../domain/registry.ts';
import type { AttestOptions } from '../../gate/act/attest.ts';
import type { CommandContext } from '../command-context.ts';
import { formatOption, jsonText, type OutputFormat } from '../options/format-option.ts';

interface WrittenOptions extends AttestOptions {
  readonly override?: Decision;
  readonly by?: string;
  readonly reason?: string;
  readonly stage?: string;
  readonly format: OutputFormat;
}

/** `canary attest`: sign a verdict, or what a person decides. */
export function registerAttest(program: Command, context: CommandContext): void {
  program
    .command('attest')
    .summary('sign evidence, or an override, so promote can ask for it')
    .description(
      'Signs the verdict of evidence as an in-toto statement in a DSSE envelope, beside the evidence. With --override it signs what a person ' +
        'decides about a stage of a plan, for promote to be called with the same words. Keys are ECDSA P-256 or Ed25519 in PEM.',
    )
    .argument('<evidence|plan>', 'evidence that canary evaluate wrote; with --override a rollout plan')
    .requiredOption('--key <file>', 'the private key')
    .option('-o, --output <file>', 'write the attestation here instead of beside the evidence')
    .addOption(
      new Option('--override <decision>', 'sign this decision instead of a verdict').choices([
        'increase',
        'hold',
        'rollback',
      ]),
    )
    .option('--by <name>', 'who decides')
    .option('--reason <text>', 'why')
    .option('--stage <name>', 'the stage that is decided about (default: the first not yet entered)')
    .addOption(formatOption())
    .addHelpText(
      'after',
      '\nExamples:\n  canary attest .canary/intent-1.5.0/canary-5/evidence.json --key ci.pem\n' +
        '  canary attest rollouts/intent.yaml --override increase --by ana --reason "the slow hour was a backup" --key ana.pem',
    )
    .action(async (target: string, { override, by, reason, stage, format, ...options }: WrittenOptions) => {
      const { attestEvidence, attestOverride } = await import('../../gate/act/attest.ts');
      const { attestedText } = await import('../../report/commands/attestation-text.ts');
      const { world, terminal } = context;
      if (override === undefined && (by !== undefined || reason !== undefined || stage !== undefined)) {
        throw invalidInput('--by, --reason and --stage go with --override', {
          hint: 'Evidence alone is signed without them.',
        });
      }
      if (override !== undefined && (by === undefined || reason === undefined)) {
        throw invalidInput('--override needs --by NAME and --reason TEXT', {
          hint: 'Write the same words that promote will get.',
        });
      }
      const attested =
        override === undefined || by === undefined || reason === undefined
          ? await attestEvidence(world, target, options)
          : await attestOverride(world, target, {
              ...options,
              override,
              by,
              reason,
              ...(stage === undefined ? {} : { stage }),
            });
      terminal.result(format === 'json' ? jsonText(attested) : attestedText(attested, terminal.style));
    });
}
