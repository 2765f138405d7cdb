/**
 * Loaded into every process of a measured run (`node --import`, handed on to child processes by NODE_OPTIONS): when the
 * process ends it adds a line with its peak memory and processor time to the file that CANARY_BENCH_USAGE names.
 */
import { appendFileSync, readFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

const file = process.env['CANARY_BENCH_USAGE'];

// A worker thread shares its process's memory and time, which are counted once.
if (file !== undefined && isMainThread) {
  process.on('exit', () => {
    const { user, system } = process.cpuUsage();
    appendFileSync(file, `${JSON.stringify({ peakBytes: peakBytes(), processorSeconds: (user + system) / 1e6 })}\n`);
  });
}

function peakBytes() {
  if (process.platform !== 'linux') return process.resourceUsage().maxRSS * 1024;
  // On Linux maxRSS begins at the memory of the process that forked this one; the high-water mark is its own.
  const kilobytes = /^VmHWM:\s*(\d+) kB$/mu.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
  if (kilobytes === undefined) throw new Error('/proc/self/status has no VmHWM');
  return Number(kilobytes) * 1024;
}
