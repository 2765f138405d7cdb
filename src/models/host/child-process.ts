import type { ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { platform, resourceUsage } from 'node:process';

/**
 * Most memory that a process had resident at any time of its life, in bytes: the line VmHWM of `/proc/PID/status` (proc(5)).
 *
 * @returns null where the process has ended, or the system keeps no such file
 */
export function peakMemoryOf(process: number | 'self'): number | null {
  let status: string;
  try {
    status = readFileSync(`/proc/${process}/status`, 'utf8');
  } catch {
    return null;
  }
  const kibibytes = /^VmHWM:\s+(\d+) kB$/mu.exec(status)?.[1];
  return kibibytes === undefined ? null : Number(kibibytes) * 1024;
}

/**
 * The same of this process. Linux carries what getrusage() calls `ru_maxrss` over from the process that started this one,
 * so there it would be canary's memory and not the model's. Under Node's permission model a process may read this file of its own alone.
 */
export function ownPeakMemory(): number | null {
  return platform === 'linux' ? peakMemoryOf('self') : resourceUsage().maxRSS * 1024;
}

/**
 * Calls back once a process that has exited is closed, which is when all that it sent and printed has come. That never happens while a
 * process of its own holds the streams open, so that it is waited for no longer than a second.
 */
export function onceClosed(exited: ChildProcess, end: () => void): void {
  const late = setTimeout(end, 1000);
  exited.once('close', () => {
    clearTimeout(late);
    end();
  });
}

/** The last lines of what a process printed, led by a line break, or nothing. */
export function lastLines(printed: string): string {
  const lines = printed.trimEnd().split('\n').slice(-10).join('\n');
  return lines === '' ? '' : `\n${lines}`;
}
