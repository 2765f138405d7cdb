import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Content, TestRollout } from '../fixtures/test-rollout.ts';
import { scoredLog, textOutput } from './logged-scores.ts';

/** A scorer whose `answer` says what one line means to it. */
function program(answer: string): string {
  return `import { createInterface } from 'node:readline';
let asked = 0;
for await (const line of createInterface({ input: process.stdin })) {
  const { id, input, prediction, label, ...rest } = JSON.parse(line);
  asked += 1;
  const say = (value) => process.stdout.write(value + '\\n');
  ${answer}
}
`;
}

const good = 'say(JSON.stringify({ id, scores: { rubric: prediction.length % 2 ? 4 : 5 } }));';

function rolloutOf(score: string, files: Readonly<Record<string, Content>>, requests = 60): TestRollout {
  return new TestRollout({
    plan: {
      scores: `{ rubric: { ${score}, range: [1, 5], better: higher } }`,
      guardrails: ['{ metric: score.rubric, maxDecrease: 4 }', '{ metric: error_rate, maxIncrease: 100pp }'],
    },
    version: textOutput,
    files: { 'log.jsonl': scoredLog({ requests }), ...files },
  });
}

const command = (more = '') => `command: [${JSON.stringify(process.execPath)}, score.mjs]${more}`;

describe('a scorer program', () => {
  it('is asked about each answer once, blind and shuffled, and never again', async () => {
    const leaks = program(`
      if (Object.keys(rest).length > 0 || /1\\.[01]\\.0/.test(line)) throw new Error('not blind: ' + line);
      say(JSON.stringify({ id, scores: { rubric: 5 - (asked > 60 ? 1 : 0) } }));`);
    const rollout = rolloutOf(command(), { 'score.mjs': leaks });
    const first = await rollout.evaluate();
    const compared = first.comparisons.find(({ metric }) => metric === 'score.rubric');
    // Half of all answers came late, and of each version about half of them did.
    expect(compared).toMatchObject({ baseline: expect.closeTo(4.5, 0), candidate: expect.closeTo(4.5, 0) });
    const again = await rollout.evaluate();
    expect(again.comparisons.find(({ metric }) => metric === 'score.rubric')).toEqual(compared);
  });

  it('whose text changed begins a new series of looks', async () => {
    const rollout = rolloutOf(command(), { 'score.mjs': program(good) });
    expect((await rollout.evaluate()).stage).toMatchObject({ look: 1, series: 1 });
    expect((await rollout.evaluate()).stage).toMatchObject({ series: 1 });
    rollout.write('score.mjs', `${program(good)}// another rubric\n`);
    expect((await rollout.evaluate()).stage).toMatchObject({ series: 2 });
  });

  it.each([
    ['gives NaN', 'say(`{"id":"${id}","scores":{"rubric":NaN}}`);'],
    ['gives a text', 'say(JSON.stringify({ id, scores: { rubric: "5" } }));'],
    ['gives what is out of range', 'say(JSON.stringify({ id, scores: { rubric: 9 } }));'],
    ['gives another score', 'say(JSON.stringify({ id, scores: { other: 5 } }));'],
    ['prints rubbish', 'say("5 of 5 stars");'],
    ['answers out of order', 'say(JSON.stringify({ id: String(Number(id) + 1), scores: { rubric: 5 } }));'],
    ['crashes over some', `if (asked % 5 === 0) process.exit(3); ${good}`],
    ['hangs over some', `if (asked % 20 !== 0) { ${good} }`],
  ])('that %s is no pass', async (_what, answer) => {
    const rollout = rolloutOf(command(', timeout: 2s'), { 'score.mjs': program(answer) }, 30);
    const evidence = await rollout.evaluate();
    expect(evidence.guardrails[0]).toMatchObject({ status: 'uncomputable' });
    expect(evidence.verdict.decision).toBe('hold');
  });

  it('works on as many answers at once as the plan says', async () => {
    // Each of eight processes waits at its first answer until all eight are there.
    const together = program(`
      writeFileSync('at-work/' + process.pid, '');
      while (readdirSync('at-work').length < 8) await setTimeout(20);
      ${good}`);
    const imports = `import { readdirSync, writeFileSync } from 'node:fs';\nimport { setTimeout } from 'node:timers/promises';\n`;
    const rollout = rolloutOf(command(', timeout: 60s, concurrency: 8'), { 'score.mjs': imports + together });
    mkdirSync(join(rollout.folder, 'at-work'));
    expect((await rollout.evaluate()).guardrails[0]?.status).not.toBe('uncomputable');
    expect(readdirSync(join(rollout.folder, 'at-work'))).toHaveLength(8);
  });

  it('that never works ends the evaluation', async () => {
    const rollout = rolloutOf(command(), { 'score.mjs': 'process.exit(1);' }, 30);
    await expect(rollout.evaluate()).rejects.toThrow('does not work: the program exited with code 1, 3 times in a row');
  });
});

it('a scorer module may read its own folder alone', async () => {
  const module = `export const score = ({ prediction }) => ({ rubric: prediction.length % 2 ? 4 : 5 });\n`;
  const evidence = await rolloutOf('module: score.mjs', { 'score.mjs': module }, 200).evaluate();
  expect(evidence.guardrails[0]?.status).not.toBe('uncomputable');
  const curious = `import { readFileSync } from 'node:fs';\nexport const score = () => ({ rubric: readFileSync('/etc/hostname').length });\n`;
  const rollout = rolloutOf('module: score.mjs', { 'score.mjs': curious }, 20);
  expect((await rollout.evaluate()).guardrails[0]).toMatchObject({ status: 'uncomputable' });
  expect(rollout.notes.join('\n')).toContain('Access to this API has been restricted');
});
