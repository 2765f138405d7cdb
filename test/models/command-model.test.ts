import { setTimeout as sleep } from 'node:timers/promises';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  detailOf,
  hostProgram,
  nodeProgram,
  programSpec,
  pythonProgram,
  startProgram,
  told,
} from './fixtures/programs.ts';

const threeColours = ['red', 'green', 'blue'];

test.each([
  ['Node', nodeProgram],
  ['Python, which does not flush,', pythonProgram],
])('a program in %s answers line by line', async (_, program) => {
  const model = await startProgram(program());
  expect(told(await model.predict(threeColours))).toEqual(threeColours);
});

test('a prediction is a label, with its score or the scores of all, or an error of the program’s own', async () => {
  const model = await startProgram(
    nodeProgram('if (input === "fail") { console.log(JSON.stringify({ id, error: "too cold" })); return; }'),
  );
  const scores = { red: 0.5, green: 0.25, blue: 0.25 };
  expect(await model.predict([{ label: 'red', score: 0.75 }, { scores }, 'fail', 'mauve'])).toEqual([
    { ok: true, prediction: { kind: 'label', label: 'red', score: 0.75 } },
    { ok: true, prediction: { kind: 'label', label: 'red', score: 0.5, scores: [0.5, 0.25, 0.25] } },
    { ok: false, error: 'model-error', detail: 'too cold' },
    { ok: false, error: 'bad-label', detail: 'label "mauve" is not in the version\'s signature' },
  ]);
});

test.each([
  ['a line of its own', 'console.log("thinking")', 'the program printed "thinking", which is not an answer in JSON'],
  ['an answer without an id', 'console.log("{}")', 'the program printed "{}", which has no id'],
  [
    'the answer to another request',
    'answer("red", "77"); return',
    'the program answered request 77 when asked request 2',
  ],
  [
    'both',
    'console.log(JSON.stringify({ id, prediction: "red", error: "no" })); return',
    'does not have either a prediction or an error',
  ],
  ['neither', 'console.log(JSON.stringify({ id })); return', 'does not have either a prediction or an error'],
])('a program that prints %s fails that request and no other', async (_, code, detail) => {
  const model = await startProgram(nodeProgram(`if (input === "bad") { ${code} }`));
  const outcomes = await model.predict(['red', 'bad', 'green', 'blue']);
  expect(told(outcomes)).toEqual(['red', 'bad-response', 'green', 'blue']);
  expect(detailOf(outcomes[1])).toContain(detail);
});

test('a program that answers twice fails the request whose turn the second answer takes', async () => {
  const model = await startProgram(nodeProgram('if (input === "red") answer(input)'));
  const outcomes = await model.predict(['red', 'green', 'blue']);
  expect(told(outcomes)).toEqual(['red', 'bad-response', 'blue']);
  expect(detailOf(outcomes[1])).toBe('the program answered request 1 when asked request 2');
});

test('a program that answers in another order fails what it was asked', async () => {
  const code =
    'globalThis.held ??= []; held.push(id); if (held.length % 2 === 1) { answer("red", String(Number(id) + 1)); return; } answer("red", held.at(-2)); answer(input); return;';
  const model = await startProgram(nodeProgram(code));
  expect(told(await model.predict(['red', 'green', 'blue']))).toEqual(['bad-response', 'green', 'bad-response']);
});

test('a program that does not answer in time is killed with its children and started again', async () => {
  const spec = nodeProgram(
    'if (input === "slow") for (;;);',
    `import { spawn } from 'node:child_process'; import { appendFileSync } from 'node:fs';
     appendFileSync('pids', process.pid + '\\n' + spawn('sleep', ['60']).pid + '\\n');`,
  );
  const model = await startProgram(spec);
  const outcomes = await model.predict(['red', 'slow', 'green']);
  expect(told(outcomes)).toEqual(['red', 'timeout', 'green']);
  expect(detailOf(outcomes[1])).toBe('no answer within 500 ms');
  expect(model.restarts).toBe(1);
  const pids = readFileSync(join(spec.folder, 'pids'), 'utf8').trim().split('\n').map(Number);
  await model.close();
  await sleep(50);
  expect(pids).toHaveLength(4);
  expect(pids.filter(isRunning)).toEqual([]);
});

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  // One that has ended and that nobody has asked about yet still has its number.
  return !/^State:\s+Z/mu.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
}

test('a program that ends fails what it was asked, with its last words, and is started again', async () => {
  const model = await startProgram(pythonProgram('if request["input"] == "bad": raise ValueError("no such colour")'));
  const outcomes = await model.predict(['red', 'bad', 'green', 'bad', 'blue']);
  expect(told(outcomes)).toEqual(['red', 'crash', 'green', 'crash', 'blue']);
  expect(detailOf(outcomes[1])).toBe('the program exited with code 1: ValueError: no such colour');
});

test('a first answer may take as long as the program needs to load', async () => {
  const loading = 'await new Promise((resolve) => setTimeout(resolve, 900));';
  const model = await startProgram(nodeProgram('', loading), 300);
  expect(told(await model.predict(threeColours))).toEqual(threeColours);
});

test.each([
  ['prints nothing', 'return', /no answer within 400 ms\.$/u],
  [
    'exits at once',
    'console.error("no weights"); process.exit(2)',
    /exited with code 2, 3 times in a row\.\nno weights$/u,
  ],
])('a program that %s is not a version at all', async (_, code, message) => {
  const model = await startProgram({ ...nodeProgram(code), startTimeoutMs: 400 }, 100);
  await expect(model.predict(threeColours)).rejects.toMatchObject({
    exitCode: 5,
    message: expect.stringMatching(message),
  });
});

test('a program that prints without end is stopped', async () => {
  const flood =
    'if (input === "bad") { const text = "x".repeat(1 << 20); for (let n = 0; n < 20; n += 1) process.stdout.write(text); return; }';
  const model = await startProgram(nodeProgram(flood), 5000);
  const outcomes = await model.predict(['red', 'bad', 'green']);
  expect(told(outcomes)).toEqual(['red', 'bad-response', 'green']);
  expect(detailOf(outcomes[1])).toBe('it printed more than 16 MB without a line end');
});

test('a program that is not there is an error when it is started', async () => {
  await expect(startProgram(programSpec(['no-such-program']))).rejects.toMatchObject({
    exitCode: 5,
    message: 'The program no-such-program cannot be started: spawn no-such-program ENOENT',
  });
});

test('in the process that canary gives it, a program answers, and is gone with it', async () => {
  const spec = nodeProgram(
    'if (input === "bad") process.exit(1)',
    `import { writeFileSync } from 'node:fs'; writeFileSync('pid', String(process.pid));`,
  );
  const model = await hostProgram(spec);
  const { errors, labels } = await model.predict(['"red"', '"bad"', '"blue"']);
  expect([...labels]).toEqual([0, -1, 2]);
  expect([...errors]).toEqual([0, 2, 0]);
  expect(model.peakMemory).toBeGreaterThan(20e6);
  const pid = Number(readFileSync(join(spec.folder, 'pid'), 'utf8'));
  expect(isRunning(pid)).toBe(true);
  await model.close();
  expect(isRunning(pid)).toBe(false);
});

test('a timed request that ends the program says that the next one is not warm', async () => {
  const model = await hostProgram(
    nodeProgram('if (input === "slow") for (;;); if (input === "bad") process.exit(1)'),
    200,
  );
  expect(await model.time('"red"')).toMatchObject({ error: null, restarted: false });
  expect(await model.time('"slow"')).toMatchObject({ error: 'timeout', nanoseconds: 200e6, restarted: true });
  // Whoever times warms it up, which takes as long as the program needs to start.
  await model.predict(['"red"']);
  expect(await model.time('"red"')).toMatchObject({ error: null, restarted: false });
  expect(await model.time('"bad"')).toMatchObject({ error: 'crash', nanoseconds: null, restarted: true });
});

test('a version that can answer nothing says so through its process', async () => {
  const model = await hostProgram({ ...nodeProgram('return'), startTimeoutMs: 300 }, 100);
  await expect(model.predict(['"red"'])).rejects.toMatchObject({
    exitCode: 5,
    message: expect.stringMatching(
      /^Version 1\.0\.0: The program .*serve\.mjs does not work: no answer within 300 ms\.$/u,
    ),
  });
});
