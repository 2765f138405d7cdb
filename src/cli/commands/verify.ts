import type { Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import { formatOption, jsonText, type OutputFormat } from '../options/format-option.ts';

interface WrittenOptions {
  readonly key: readonly string[];
  readonly format: OutputFormat;
}

/** `canary verify`: is this evidence what a known key signed? */
export function registerVerify(program: Command, context: CommandContext): void {
  program
    .command('verify')
    .summary('check that evidence is what a known key signed')
    .description(
      'Checks the attestation of evidence: that one of the keys signed it, and that it is about this evidence. Exits 5 when anything does not fit.',
    )
    .argument('<evidence>', 'evidence that canary evaluate wrote')
    .argument('[attestation]', 'what canary attest wrote (default: beside the evidence)')
    .requiredOption('--key <file...>', 'public keys, one of which must have signed')
    .addOption(formatOption())
    .addHelpText('after', '\nExample:\n  canary verify .canary/intent-1.5.0/canary-5/evidence.json --key ci.pub.pem')
    .action(async (evidence: string, attestation: string | undefined, { key, format }: WrittenOptions) => {
      const { verifyAttestation } = await import('../../gate/act/require-signed.ts');
      const { verifiedText } = await import('../../report/commands/attestation-text.ts');
      const verified = await verifyAttestation(context.world, evidence, attestation, key);
      context.terminal.result(format === 'json' ? jsonText(verified) : verifiedText(verified, context.terminal.style));
    });
}
