import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { artifactSha256 } from '../../../src/models/artifact.ts';
import { HostedModel } from '../../../src/models/host/hosted-model.ts';
import { errorAt } from '../../../src/models/outcome-columns.ts';
import { colourSpec, hostScript, openModel, temporaryFolder } from '../fixtures/tiny-model.ts';
import { isWhole } from '../../fixtures/tiers.ts';

/** Passes arrays through, and does something else for the inputs "bad" and above. */
function misbehaving(how: string): string {
  return `export function encode(input) { if (input !== 'bad') return input; ${how} }`;
}

/** 64 requests whose number 17 is bad; the others ask for red, green, blue in turn. */
const batch = Array.from({ length: 64 }, (_, index) =>
  index === 17 ? '"bad"' : JSON.stringify([0, 1, 2].map((colour) => (colour === index % 3 ? 1 : 0))),
);

async function answersOf(model: HostedModel): Promise<(string | null)[]> {
  const columns = await model.predict(batch);
  return batch.map((_, row) => errorAt(columns, row) ?? model.labels[columns.labels[row] ?? -1] ?? null);
}

const culprits: [what: string, how: string, error: string][] = [
  ['throws', "throw new Error('no')", 'model-error'],
  ['returns NaN', 'return [1, NaN, 0]', 'model-error'],
  ['has the wrong length', 'return [1, 2]', 'model-error'],
  ['is not an array', 'return "red"', 'model-error'],
  ['loops for ever', 'for (;;);', 'timeout'],
  ['waits for ever', 'return new Promise(() => {})', 'timeout'],
  ['exits the process', 'process.exit(0)', 'crash'],
  ['aborts the process', 'process.abort()', 'crash'],
  [
    'rejects behind our back',
    'Promise.reject(new Error("late")); for (const end = Date.now() + 50; Date.now() < end;); return new Promise(() => {})',
    'crash',
  ],
];

// What waits for ever is killed as what loops for ever is, and takes as long.
test.each(culprits.filter(([what]) => isWhole || what !== 'waits for ever'))(
  'one input in 64 that %s spoils no other',
  async (_, how, error) => {
    // What ends a process may take long to be seen on a busy machine; what hangs costs its timeout several times.
    const timeoutMs = error === 'timeout' ? 250 : 5000;
    const answers = await answersOf(await openModel(colourSpec(misbehaving(how)), timeoutMs));
    const expected = batch.map((__, index) => (index === 17 ? error : ['red', 'green', 'blue'][index % 3]));
    expect(answers).toEqual(expected);
  },
);

test('a bad input in one of two calls under way leaves the other call alone', async () => {
  const model = await openModel(colourSpec(misbehaving('process.exit(3)')));
  const good = batch.filter((input) => input !== '"bad"');
  const [first, second] = await Promise.all([model.predict(['"bad"', ...good]), model.predict(good)]);
  expect([...first.errors].filter((error) => error !== 0)).toHaveLength(1);
  expect([...second.errors].every((error) => error === 0)).toBe(true);
});

test.runIf(isWhole)(
  'a process that begins slowly is not blamed for it, neither at first nor after it was started again',
  async () => {
    const slowAtFirst = `let warm = false;
    export function encode(input) {
      if (input === 'bad') for (;;);
      if (!warm) for (const end = Date.now() + 500; Date.now() < end;);
      warm = true;
      return input;
    }`;
    const model = await openModel(colourSpec(slowAtFirst), 250);
    const answers = await answersOf(model);
    expect(answers.filter((answer) => answer === 'timeout')).toHaveLength(1);
    expect(answers[17]).toBe('timeout');
  },
);

test('an input that is not JSON is an error of its own request', async () => {
  const columns = await (await openModel(colourSpec())).predict(['[1,0,0]', '{broken', '[0,0,1]']);
  expect([0, 1, 2].map((row) => errorAt(columns, row))).toEqual([null, 'model-error', null]);
  expect([...columns.labels]).toEqual([0, -1, 2]);
});

test('a batch larger than the batch size gives the same answers in the same order', async () => {
  const model = await openModel(colourSpec());
  const inputs = Array.from({ length: 200 }, (_, index) => JSON.stringify([index % 3, index % 2, 0.5]));
  const whole = await model.predict(inputs);
  const parts = [await model.predict(inputs.slice(0, 64)), await model.predict(inputs.slice(64))];
  expect(whole.labels).toEqual(Int32Array.from(parts.flatMap((part) => [...part.labels])));
});

test('a version that ends its process on every request is given up with its last words', async () => {
  const model = await openModel(
    colourSpec("export function encode() { console.error('out of luck'); process.exit(9); }"),
  );
  await expect(model.predict(batch)).rejects.toMatchObject({
    exitCode: 5,
    message: expect.stringMatching(/ended 20 times in a row \(its process exited with code 9\)[^]*out of luck/u),
  });
});

test.each([
  ['throws', "throw new Error('no vocabulary')", /cannot be loaded: .*no vocabulary/u],
  ['exits', "console.log('bye'); process.exit(4)", /cannot be loaded: its process exited with code 4\.\nbye/u],
])('a version whose preprocess.mjs %s when it is imported cannot be loaded', async (_, how, message) => {
  await expect(openModel(colourSpec(`${how}; export const encode = (input) => input;`))).rejects.toMatchObject({
    exitCode: 5,
    message: expect.stringMatching(message),
  });
});

test("an artifact that is not the registry's is refused before any of its code runs", async () => {
  const folder = temporaryFolder();
  const spec = colourSpec(
    `import { writeFileSync } from 'node:fs'; writeFileSync(${JSON.stringify(join(folder, 'ran'))}, ''); export const encode = (input) => input;`,
  );
  await expect(
    HostedModel.open(spec, '0'.repeat(64), { hostScript, timeoutMs: 1000, batch: 64 }),
  ).rejects.toMatchObject({ exitCode: 5 });
  expect(existsSync(join(folder, 'ran'))).toBe(false);
});

test('a timed request gives the time of this request alone', async () => {
  const model = await openModel(
    colourSpec("export const encode = (input) => { if (input[0] === 9) throw new Error('no'); return input; };"),
  );
  const timed = await model.time('[1,2,3]');
  expect(timed).toMatchObject({ error: null, restarted: false, retries: 0 });
  expect(timed.nanoseconds).toBeGreaterThan(0);
  expect(await model.time('[9,0,0]')).toMatchObject({ error: 'model-error', nanoseconds: expect.any(Number) });
});

test('a timed request that hangs costs the timeout, and a crash has no time', async () => {
  const model = await openModel(
    colourSpec('export const encode = (input) => { if (input[0] === 9) for (;;); process.exit(1); };'),
    200,
  );
  expect(await model.time('[9,0,0]')).toEqual({ nanoseconds: 200e6, error: 'timeout', restarted: true, retries: 0 });
  expect(await model.time('[1,0,0]')).toEqual({ nanoseconds: null, error: 'crash', restarted: true, retries: 0 });
});

test('a process that ended while nobody asked is replaced, and the next request is not blamed', async () => {
  const spec = colourSpec(
    'export const encode = (input) => { if (input[0] === 9) setTimeout(() => process.exit(1), 20); return input; };',
  );
  const model = await openModel(spec);
  expect(await model.time('[9,0,0]')).toMatchObject({ error: null });
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(await model.time('[1,0,0]')).toMatchObject({ error: null });
});

test('a timed request that answers after its timeout is a timeout', async () => {
  const model = await openModel(
    colourSpec(
      'export const encode = (input) => { for (const end = Date.now() + 60; Date.now() < end;); return input; };',
    ),
    50,
  );
  expect(await model.time('[1,0,0]')).toEqual({ nanoseconds: 50e6, error: 'timeout', restarted: false, retries: 0 });
});

test('closing a model abandons what is under way', async () => {
  const model = await openModel(colourSpec(misbehaving('for (;;);')), 60_000);
  const abandoned = model.predict(['"bad"']);
  const closed = model.close();
  await expect(abandoned).rejects.toThrow(/closed/u);
  await closed;
});

/** Starts a model in a parent of its own and prints the process id of the model's process. */
const parentProgram = `
  import { HostedModel } from '${new URL('../../../dist/modules/models/host/hosted-model.js', import.meta.url).href}';
  const [spec, sha256, hostScript] = JSON.parse(process.argv[1]);
  const model = await HostedModel.open(spec, sha256, { hostScript, timeoutMs: 60000, batch: 64 });
  model.predict(['"bad"']);`;

test("a model's process ends when its parent is killed, even in the middle of an endless loop", async () => {
  const title = 'canary-in-a-loop';
  const spec = colourSpec(`console.log('on the standard output of the model');
    export function encode() { process.title = '${title}'; for (;;); }`);
  const argument = JSON.stringify([spec, await artifactSha256(spec.folder), hostScript]);
  const parent = spawn(process.execPath, ['--input-type=module', '-e', parentProgram, argument], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let printed = '';
  parent.stdout.on('data', (data: Buffer) => {
    printed += data.toString();
  });
  const looping = (): number => {
    const { stdout } = spawnSync('ps', ['-o', 'pid=,args=', '--ppid', String(parent.pid)], { encoding: 'utf8' });
    return Number(/^\s*(\d+) canary-in-a-loop/mu.exec(stdout)?.[1]);
  };
  await vi.waitFor(() => expect(looping()).toBeGreaterThan(0), { timeout: 60_000, interval: 100 });
  const pid = looping();
  parent.kill('SIGKILL');
  await vi.waitFor(() => expect(() => process.kill(pid, 0)).toThrow('ESRCH'), { timeout: 10_000, interval: 100 });
  expect(printed).toBe('');
});
