import { availableParallelism, totalmem } from 'node:os';

/** What the numbers depend on, as one line. */
export function machineText() {
  const gigabytes = Math.round(totalmem() / 1e9);
  const system = `${process.platform} ${process.arch}`;
  return `Node ${process.versions.node} on ${system}, ${availableParallelism()} cores, ${gigabytes} GB of memory`;
}
