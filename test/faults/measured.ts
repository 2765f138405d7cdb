import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';

/** What a program and the processes that it started took. */
export interface Measured {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly seconds: number;
  readonly processorSeconds: number;
  /** The peaks of all processes added up: at least what they held together. */
  readonly peakMegabytes: number;
}

const ticksPerSecond = 100;
const everyMs = 100;

/**
 * Runs a program to its end, and looks ten times a second at what it and its processes have taken.
 * @param beside a process that works for the program, such as a server, of which what it takes meanwhile counts too
 */
export async function runMeasured(
  command: string,
  args: readonly string[],
  { cwd, env = {}, beside }: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv; readonly beside?: number } = {},
): Promise<Measured> {
  const before = beside === undefined ? new Map<number, Usage>() : usageOf(beside);
  const started = performance.now();
  const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => void (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => void (stderr += text));
  const seen = new Map<number, Usage>();
  const look = (): void => {
    for (const root of [child.pid, beside])
      for (const [pid, usage] of root === undefined ? [] : usageOf(root)) seen.set(pid, larger(usage, seen.get(pid)));
  };
  const timer = setInterval(look, everyMs);
  await once(child, 'close');
  clearInterval(timer);
  const total = (what: keyof Usage) =>
    [...seen].reduce((sum, [pid, usage]) => {
      const earlier = what === 'processorSeconds' ? (before.get(pid)?.[what] ?? 0) : 0;
      return sum + usage[what] - earlier;
    }, 0);
  return {
    exitCode: child.exitCode,
    stdout,
    stderr,
    seconds: (performance.now() - started) / 1000,
    processorSeconds: total('processorSeconds'),
    peakMegabytes: total('peakMegabytes'),
  };
}

interface Usage {
  readonly processorSeconds: number;
  readonly peakMegabytes: number;
}

/** A process that has ended tells no peak any more. */
function larger(usage: Usage, earlier: Usage = usage): Usage {
  return { ...usage, peakMegabytes: Math.max(usage.peakMegabytes, earlier.peakMegabytes) };
}

/** What a process and those that it started have taken until now. */
function usageOf(root: number): Map<number, Usage> {
  const children = new Map<number, number[]>();
  for (const name of readdirSync('/proc').filter((each) => /^\d+$/u.test(each))) {
    const fields = statOf(Number(name));
    if (fields !== undefined)
      children.set(Number(fields[1]), [...(children.get(Number(fields[1])) ?? []), Number(name)]);
  }
  const found = new Map<number, Usage>();
  const waiting = [root];
  for (const pid of waiting) {
    waiting.push(...(children.get(pid) ?? []));
    const fields = statOf(pid);
    if (fields === undefined) continue;
    const ticks = Number(fields[11]) + Number(fields[12]);
    found.set(pid, { processorSeconds: ticks / ticksPerSecond, peakMegabytes: peakOf(pid) });
  }
  return found;
}

/** The fields of a process behind its name: its state, its parent, and so on; undefined where it is gone. */
function statOf(pid: number): readonly string[] | undefined {
  const text = read(`/proc/${pid}/stat`);
  return text === undefined ? undefined : text.slice(text.lastIndexOf(')') + 2).split(' ');
}

function peakOf(pid: number): number {
  const [, kilobytes = '0'] = /VmHWM:\s+(\d+)/u.exec(read(`/proc/${pid}/status`) ?? '') ?? [];
  return Number(kilobytes) / 1000;
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
