import { Argument, type Command } from 'commander';
import type { CommandContext } from '../command-context.ts';
import type { Completion } from '../completion/complete-words.ts';
import { shells, type Shell } from '../completion/completion-scripts.ts';

/** `canary completion` prints a shell's script, which asks `canary complete` what may come next. */
export function registerCompletion(program: Command, context: CommandContext): void {
  program
    .command('completion')
    .summary('print a script that lets a shell complete commands, options, plans and stages')
    .description(
      'Prints a script for bash, zsh or fish that completes commands, options, their values, plan files and the names of their stages.',
    )
    .addArgument(new Argument('<shell>', 'the shell that reads the script').choices(shells))
    .addHelpText(
      'after',
      `
Examples:
  canary completion bash > ~/.local/share/bash-completion/completions/canary
  source <(canary completion zsh)                # in ~/.zshrc, after compinit
  canary completion fish > ~/.config/fish/completions/canary.fish`,
    )
    .action(async (shell: Shell) => {
      const { completionScripts } = await import('../completion/completion-scripts.ts');
      context.terminal.result(completionScripts[shell]);
    });
  program
    .command('complete', { hidden: true })
    .description(
      'Prints the possible last words of a command line, one per line, for the scripts of canary completion.',
    )
    .argument('[words...]', 'the command line behind canary, the last word unfinished')
    .action(async (words: string[]) => {
      const { completionOf } = await import('../completion/complete-words.ts');
      const lines = await linesOf(completionOf(program, words), words.at(-1) ?? '', context.world.cwd);
      context.terminal.result(lines.map((line) => `${line}\n`).join(''));
    });
}

async function linesOf(completion: Completion, typed: string, cwd: string): Promise<readonly string[]> {
  switch (completion.kind) {
    case 'words':
      return completion.words.map(({ word, description }) => `${word}\t${description}`);
    case 'paths': {
      const { pathsLike } = await import('../../gate/completion.ts');
      return await pathsLike(cwd, typed === '=' ? '' : typed, completion.endings);
    }
    case 'plans': {
      const { plansLike } = await import('../../gate/completion.ts');
      return await plansLike(cwd, typed === '=' ? '' : typed);
    }
    case 'stages': {
      const { stageNames } = await import('../../gate/completion.ts');
      return await stageNames(cwd, completion.plan);
    }
  }
}
