import { Readable, Writable } from 'node:stream';
import { interrupted } from '../domain/errors.ts';
import type { Questions } from '../gate/world.ts';
import type { OutputStream } from './terminal.ts';

/** Standard input: a terminal, or a file or pipe. */
export interface InputStream extends NodeJS.ReadableStream {
  readonly isTTY?: boolean;
}

interface Streams {
  readonly stdin: InputStream;
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly env: NodeJS.ProcessEnv;
}

/** Asks on the terminal, beside the result; undefined where nobody sits at one, or where lines cannot be redrawn. */
export function questionsOn({ stdin, stdout, stderr, env }: Streams, signal: AbortSignal): Questions | undefined {
  const isTerminal = [stdin, stdout, stderr].every(({ isTTY }) => isTTY === true);
  if (!isTerminal || env['TERM'] === 'dumb' || env['CI'] !== undefined) return undefined;
  if (!(stdin instanceof Readable && stderr instanceof Writable)) return undefined;
  const place = { input: stdin, output: stderr, signal };
  return {
    choose: async (message, choices, first) => {
      const { select } = await import('@clack/prompts');
      const options = choices.map(({ value, label }) => ({ value, label }));
      const initial = first === undefined ? {} : { initialValue: first };
      return answerOf(await select({ message, options, ...initial, ...place }));
    },
    write: async (message, suggestion, problemOf) => {
      const { text } = await import('@clack/prompts');
      const validate = (answer: string | undefined) => problemOf(answer ?? '');
      return answerOf(await text({ message, initialValue: suggestion, validate, ...place }));
    },
  };
}

/** @throws UserError (exit 130) where the person ended the conversation */
function answerOf(answer: string | symbol): string {
  if (typeof answer === 'string') return answer;
  throw interrupted('Interrupted; nothing was written.');
}
