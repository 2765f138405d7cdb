/**
 * Eight scorers at once without canary, each with an eighth of the lines: `node score-bare.mjs SCORER LINES`.
 */
import { spawn } from 'node:child_process';

const [, , scorer = '', lines = '0'] = process.argv;
const concurrency = 8;

const ends = Array.from({ length: concurrency }, (_, place) => {
  const child = spawn(process.execPath, [scorer], { stdio: ['pipe', 'ignore', 'inherit'] });
  for (let id = place; id < Number(lines); id += concurrency)
    child.stdin.write(`${JSON.stringify({ id: `a${id}`, input: `question ${id}`, prediction: `answer ${id}` })}\n`);
  child.stdin.end();
  return new Promise((resolve) => {
    child.on('close', resolve);
  });
});
await Promise.all(ends);
