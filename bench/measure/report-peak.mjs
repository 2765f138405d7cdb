/**
 * Loaded into every process of a measured run (`node --import`, handed on to child processes by NODE_OPTIONS): when the
 * process ends it adds a line with its peak memory to the file that CANARY_BENCH_PEAKS names.
 */
import { appendFileSync, readFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

const file = process.env['CANARY_BENCH_PEAKS'];

// A worker thread shares its process's memory, which is counted once.
if (file !== undefined && isMainThread) process.on('exit', () => appendFileSync(file, `${peakBytes()}\n`));

function peakBytes() {
  if (process.platform !== 'linux') return process.resourceUsage().maxRSS * 1024;
  // On Linux maxRSS begins at the memory of the process that forked this one; the high-water mark is its own.
  const kilobytes = /^VmHWM:\s*(\d+) kB$/mu.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
  if (kilobytes === undefined) throw new Error('/proc/self/status has no VmHWM');
  return Number(kilobytes) * 1024;
}
