import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { UserError } from '../../src/domain/errors.ts';
import type { Signature } from '../../src/domain/registry.ts';
import { readAnswer } from '../../src/models/command/command-model.ts';
import { readDecoded } from '../../src/models/decode.ts';
import { AnswerError } from '../../src/models/http/exchange.ts';
import { openExchange } from '../../src/models/http/http-model.ts';
import { answerReader } from '../../src/models/http/read-answer.ts';
import { parsePlan } from '../../src/plan/parse-plan.ts';
import { parseRegistry } from '../../src/registry/file/parse-registry.ts';
import { parseEvidence } from '../../src/report/document/parse-evidence.ts';
import { evidenceDigest, serializeEvidence } from '../../src/report/document/serialize-evidence.ts';
import { plan, planName, registryFile, starter } from '../cli/starter.ts';
import { budget, damaged } from './damage.ts';

const output: Signature['output'] = { kind: 'classification', labels: ['no', 'yes'] };

/** Gives a parser damaged copies of a text. @returns the seeds for which it threw what is not an error of the user's */
async function crashes(text: string, parse: (damagedText: string) => unknown): Promise<readonly string[]> {
  const found: string[] = [];
  for (let seed = budget.seed; seed < budget.seed + budget.inputs; seed += 1) {
    const input = Buffer.from(damaged(Buffer.from(text), seed)).toString('utf8');
    try {
      await parse(input);
    } catch (error) {
      if (!(error instanceof UserError) && !(error instanceof AnswerError))
        found.push(`seed ${seed}: ${String(error)}`);
    }
  }
  return found;
}

async function textOf(file: string): Promise<string> {
  return readFileSync(join(await starter('at ten percent'), file), 'utf8');
}

test('no damaged plan is a bug', async () => {
  const text = await textOf(plan);
  expect(
    await crashes(text, (damagedText) => parsePlan({ path: plan, text: damagedText, readBase: () => text })),
  ).toEqual([]);
});

test('no damaged base file is a bug', async () => {
  const text = `extends: base.yaml\n${await textOf(plan)}`;
  const over = (base: string) => parsePlan({ path: plan, text, readBase: () => base });
  expect(await crashes(await textOf(plan), over)).toEqual([]);
});

test('no damaged registry is a bug', async () => {
  expect(await crashes(await textOf(registryFile), (text) => parseRegistry(text, registryFile))).toEqual([]);
});

test('no damaged evidence is a bug, nor is it believed', async () => {
  const text = await textOf(`.canary/${planName}/shadow/evidence.json`);
  const whole = serializeEvidence(parseEvidence(text, 'evidence.json'));
  const parse = (damagedText: string): void => {
    const evidence = parseEvidence(damagedText, 'evidence.json');
    if (evidenceDigest(evidence) === evidence.digest) expect(serializeEvidence(evidence)).toBe(whole);
  };
  expect(await crashes(text, parse)).toEqual([]);
});

test('no line of a program is a bug', async () => {
  const line = '{"id":"1","prediction":{"label":"yes","score":0.75,"scores":{"no":0.25,"yes":0.75}}}';
  expect(await crashes(line, (text) => readAnswer(text, output))).toEqual([]);
});

test.each([
  ['json', { p: [0.25, 0.75] }, { answer: { scores: 'p' }, body: { x: '{{input}}' } }],
  ['tf-serving', { predictions: [[0.25, 0.75]] }, { model: 'm' }],
  ['mlflow', { predictions: [0.75] }, {}],
  ['sagemaker-local', { predictions: [{ score: 0.75, predicted_label: 'yes' }] }, {}],
] as const)('no answer of a server that speaks %s is a bug', async (protocol, answer, endpoint) => {
  const facts = { model_version_status: [{ version: '1', state: 'AVAILABLE' }] };
  const ask = () => Promise.resolve({ status: 200, body: JSON.stringify(facts) });
  const signature: Signature = { input: { kind: 'record', fields: { x: 'number' } }, output };
  const exchange = await openExchange[protocol]({ url: 'http://a', protocol, ...endpoint }, signature, '', ask);
  const read = answerReader(output, 'answer' in endpoint ? endpoint.answer : {});
  const parse = (body: string) => read(exchange.read(body, 'application/json', 'canary-1'));
  expect(await crashes(JSON.stringify(answer), parse)).toEqual([]);
});

test('nothing that decode returns is a bug', async () => {
  const found = await crashes('{"scores":{"no":0.25,"yes":0.75}}', decodedOf);
  expect(found.filter((each) => !each.includes('SyntaxError') && !each.includes('RangeError'))).toEqual([]);
});

function decodedOf(text: string): unknown {
  const value: unknown = JSON.parse(text);
  return readDecoded(value, output);
}
