import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';

/**
 * What a program and the processes that it started took, whatever language they are in and however they ended.
 *
 * @typedef {object} Watched
 * @property {number | null} exitCode
 * @property {string} stdout
 * @property {string} stderr
 * @property {number} seconds
 * @property {number} processorSeconds as it was seen last, a tenth of a second before each process ended
 * @property {number} peakBytes the peaks of all processes added up: at least what they held together
 */

/**
 * What a process has taken until now.
 *
 * @typedef {object} Usage
 * @property {number} processorSeconds
 * @property {number} peakBytes
 */

const TICKS_PER_SECOND = 100;
const EVERY_MS = 100;

/**
 * Runs a program to its end, and looks ten times a second at what it and its processes have taken (Linux).
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, beside?: number }} [options] `beside` is a process that works for the program, such
 *   as a server, of which what it takes meanwhile counts too
 * @returns {Promise<Watched>}
 */
export async function runWatched(command, args, { cwd, env = {}, beside } = {}) {
  const before = beside === undefined ? new Map() : usageOf(beside);
  const started = performance.now();
  const child = spawn(command, args, { cwd, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (/** @type {string} */ text) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (/** @type {string} */ text) => {
    stderr += text;
  });
  /** @type {Map<number, Usage>} */
  const seen = new Map();
  const timer = setInterval(() => {
    for (const root of [child.pid, beside])
      for (const [pid, usage] of root === undefined ? [] : usageOf(root)) {
        // A process that has ended tells no peak any more.
        const peakBytes = Math.max(usage.peakBytes, seen.get(pid)?.peakBytes ?? 0);
        seen.set(pid, { ...usage, peakBytes });
      }
  }, EVERY_MS);
  await once(child, 'close');
  clearInterval(timer);
  const total = (/** @type {keyof Usage} */ what) =>
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
    peakBytes: total('peakBytes'),
  };
}

/**
 * @param {number} root
 * @returns {Map<number, Usage>} of a process and those that it started
 */
function usageOf(root) {
  /** @type {Map<number, number[]>} */
  const children = new Map();
  for (const name of readdirSync('/proc')) {
    const fields = /^\d+$/u.test(name) ? statOf(Number(name)) : undefined;
    if (fields === undefined) continue;
    const parent = Number(fields[1]);
    children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
  }
  /** @type {Map<number, Usage>} */
  const found = new Map();
  const waiting = [root];
  for (const pid of waiting) {
    waiting.push(...(children.get(pid) ?? []));
    const fields = statOf(pid);
    if (fields === undefined) continue;
    const ticks = Number(fields[11]) + Number(fields[12]);
    found.set(pid, { processorSeconds: ticks / TICKS_PER_SECOND, peakBytes: peakOf(pid) });
  }
  return found;
}

/**
 * @param {number} pid
 * @returns {string[] | undefined} the fields behind the name: its state, its parent, and so on; undefined where it is gone
 */
function statOf(pid) {
  const text = read(`/proc/${pid}/stat`);
  return text === undefined ? undefined : text.slice(text.lastIndexOf(')') + 2).split(' ');
}

/** @param {number} pid */
function peakOf(pid) {
  const [, kilobytes = '0'] = /VmHWM:\s+(\d+)/u.exec(read(`/proc/${pid}/status`) ?? '') ?? [];
  return 1024 * Number(kilobytes);
}

/** @param {string} file */
function read(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
