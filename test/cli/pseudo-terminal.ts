import { spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';

const program = fileURLToPath(new URL('../../bin/canary.js', import.meta.url));

/** Whether `script` is there, which gives a command a terminal of its own. */
export const hasTerminals = spawnSync('script', ['--version']).error === undefined;
if (!hasTerminals) console.warn('script (util-linux) is not installed: conversations on a terminal skip.');

/** What a person waits for before they press keys. */
export type Step = readonly [waitFor: string, keys: string];

export const keys = { enter: '\r', down: '\u001B[B', interrupt: '\u0003' } as const;

export interface Conversation {
  readonly exitCode: number | null;
  /** All that was on the screen, without colours and movements. */
  readonly screen: string;
}

/** For a program that waits for keys that nobody presses. */
const longestWalkMs = 240_000;

/** Runs the installed program on a terminal of 100 columns, and presses each step's keys when its text appears. @throws where a text never does */
export async function converse(cwd: string, args: readonly string[], steps: readonly Step[]): Promise<Conversation> {
  const words = [process.execPath, program, ...args].map((word) => `'${word}'`).join(' ');
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn('script', ['-qec', `stty rows 50 cols 100; exec ${words}`, '/dev/null'], {
    cwd,
    env: { PATH, HOME, TERM: 'xterm', SHELL: '/bin/sh' },
  });
  const waiting = [...steps];
  let screen = '';
  let seen = 0;
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    screen += text;
    const [next] = waiting;
    const fresh = stripVTControlCharacters(screen.slice(seen));
    if (next === undefined || !fresh.includes(next[0])) return;
    waiting.shift();
    seen = screen.length;
    child.stdin.write(next[1]);
  });
  const hanging = setTimeout(() => child.kill('SIGKILL'), longestWalkMs);
  const exitCode = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  clearTimeout(hanging);
  const shown = stripVTControlCharacters(screen).replaceAll('\r\n', '\n');
  if (waiting.length > 0) throw new Error(`${JSON.stringify(waiting[0]?.[0])} never appeared:\n${shown}`);
  return { exitCode, screen: shown };
}
