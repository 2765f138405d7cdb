/**
 * Serves one version of the intent classifier over the Open Inference Protocol, as a model server of a team would: it counts for Prometheus what it
 * answered, and tells nginx what it said. Callers behind nginx, who have a name, are refused as often as the last argument says.
 *
 *   node model-server.mjs PORT VERSION ARTIFACT-FOLDER SHARE-OF-FAILURES
 */
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';

import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { Counter, Histogram, register } from 'prom-client';

import { readLayersModel } from '../../fixtures/generator/artifact.mjs';

const [port, model_version, folder = '', failures] = process.argv.slice(2);
const requests = new Counter({
  name: 'http_requests_total',
  help: 'Answered requests',
  labelNames: ['model_version', 'code'],
});
const durations = new Histogram({
  name: 'http_request_duration_seconds',
  help: 'Until the answer',
  labelNames: ['model_version'],
  buckets: [0.01, 0.1, 1, 10],
});

tf.enableProdMode();
await tf.setBackend('cpu');
const model = await readLayersModel(folder);
const { encode } = await import(pathToFileURL(path.join(folder, 'preprocess.mjs')).href);
/** @type {{ versions: Record<string, any> }} */
const { versions } = JSON.parse(await readFile(path.join(folder, '../../../intent-classifier.json'), 'utf8'));
/** @type {string[]} */
const labels = versions[path.basename(folder)].signature.output.labels;

let asked = 0;
createServer(async (request, response) => {
  if (request.url === '/metrics') {
    response.writeHead(200, { 'content-type': register.contentType }).end(await register.metrics());
    return;
  }
  const body = await text(request);
  if (request.method !== 'POST') {
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(described()));
    return;
  }
  const ended = durations.startTimer({ model_version });
  const isRefused = request.headers['x-user-id'] !== undefined && (asked++ % 100) / 100 < Number(failures);
  const data = isRefused ? undefined : predict(JSON.parse(body).inputs[0].data[0]);
  const code = data === undefined ? 500 : 200;
  requests.inc({ model_version, code });
  ended();
  const answer = data === undefined ? { error: 'out of memory' } : { ...described(), outputs: [outputOf(data)] };
  const best = data === undefined ? '' : (labels[data.indexOf(Math.max(...data))] ?? '');
  response.writeHead(code, { 'content-type': 'application/json', 'x-prediction': best }).end(JSON.stringify(answer));
}).listen(Number(port), '127.0.0.1');

/** @param {string} sentence */
function predict(sentence) {
  return tf.tidy(() => {
    const [output] = [model.predict(tf.tensor2d([[...encode(sentence)]]))].flat();
    return output === undefined ? [] : [...output.dataSync()];
  });
}

function described() {
  const inputs = [{ name: 'text', datatype: 'BYTES', shape: [-1] }];
  const outputs = [{ name: 'probabilities', datatype: 'FP32', shape: [-1, labels.length] }];
  return {
    name: 'intent',
    model_name: 'intent',
    model_version,
    platform: 'tensorflowjs',
    inputs,
    outputs,
    ready: true,
  };
}

/** @param {number[]} data */
function outputOf(data) {
  return { name: 'probabilities', datatype: 'FP32', shape: [1, data.length], data };
}
