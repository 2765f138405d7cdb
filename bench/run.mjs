/**
 * Speed and memory of canary, as ratios against a named reference that does comparable work in the same run.
 *
 *   npm run bench                          all of it
 *   npm run bench -- replay                one benchmark
 *   npm run bench -- judge --large         with the log of 5,000,000 requests
 *   npm run bench -- --pairs 9             more repetitions (default 5)
 *   npm run bench -- growth               how time and memory grow with rows, users, segments, guardrails and looks
 *   npm run bench -- large --requests 5000000,50000000 --of sums,log    only where it is named: Parquet judged through sums and as a log
 *   npm run bench -- power --thorough      requests that canary and others need to catch a harm, from ten times the simulations
 *
 * Exits 0 whether or not the targets are met: what a machine is busy with is no reason to fail. Read the lines `target`.
 */
import { parseArgs } from 'node:util';

import { buckets } from './buckets.mjs';
import { growth } from './growth.mjs';
import { htmlReport } from './html-report.mjs';
import { httpThroughput } from './http-throughput.mjs';
import { importCapture } from './import-capture.mjs';
import { judgeRecorded } from './judge-recorded.mjs';
import { comparisonText } from './measure/comparison-text.mjs';
import { largeParquet } from './large-parquet.mjs';
import { machineText } from './measure/machine-text.mjs';
import { power } from './power/power.mjs';
import { replayThroughput } from './replay-throughput.mjs';
import { scores } from './scores.mjs';
import { sharedStore } from './shared-store.mjs';
import { simulate } from './simulate.mjs';
import { startup } from './startup.mjs';

const benchmarks = new Map([
  ['startup', startup],
  ['replay', replayThroughput],
  ['http', httpThroughput],
  ['judge', judgeRecorded],
  ['buckets', buckets],
  ['store', sharedStore],
  ['import', importCapture],
  ['scores', scores],
  ['simulate', simulate],
  ['report', htmlReport],
]);

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    pairs: { type: 'string', default: '5' },
    large: { type: 'boolean', default: false },
    requests: { type: 'string', default: '5000000,20000000,50000000' },
    of: { type: 'string', default: 'sums,log' },
    thorough: { type: 'boolean', default: false },
  },
});
const names = [...benchmarks.keys(), 'growth', 'power', 'large'];
const unknown = positionals.filter((name) => !names.includes(name));
if (unknown.length > 0) throw new Error(`no benchmark ${unknown.join(', ')}; write ${names.join(' or ')}`);
const pairs = Number(values.pairs);
if (!Number.isInteger(pairs) || pairs < 1) throw new Error(`--pairs ${values.pairs} is not a whole number from 1 on`);

/** @param {string} name */
const isAsked = (name) => positionals.length === 0 || positionals.includes(name);

console.log(machineText());
for (const [name, benchmark] of benchmarks) {
  if (!isAsked(name)) continue;
  for (const comparison of await benchmark({ pairs, large: values.large }))
    console.log(`\n${comparisonText(comparison)}`);
}
if (isAsked('growth')) await growth({ large: values.large, write: console.log });
if (isAsked('power')) await power({ thorough: values.thorough, write: console.log });
if (positionals.includes('large')) {
  const requests = values.requests.split(',').map(Number);
  await largeParquet({ requests, of: values.of.split(','), write: console.log });
}
