import { holdsNumbers, type RequestFormat, requestFormats } from '../../domain/told-number.ts';
import type { FieldPaths } from '../../domain/log/field-paths.ts';
import { type LatencyField, latencyUnitNames } from '../../domain/log/latency-field.ts';
import { answerForms, logFormatTraits, type RequestFields } from '../../domain/log/log-format.ts';
import type { RequestSource } from '../../domain/plan.ts';
import {
  child,
  choiceOf,
  itemsOf,
  keysOf,
  nodeAt,
  plainValue,
  textOf,
  textsOf,
  type TreeNode,
} from '../../documents/tree.ts';
import { readToldNumbers } from './told-numbers.ts';
import { planDefaults, servedDefaults } from './defaults.ts';
import { readFilter, readSample } from './filter.ts';
import { validateLogFormat } from './log-format.ts';
import { validatePath, validatePaths } from './paths.ts';
import { readFraction, readSettling, readSpan } from './quantity.ts';
import { validateRequestSource } from './request-source.ts';
import { known, readAt, sectionOf, type SectionReading } from './section.ts';
import { readCloudwatch } from './remote/cloudwatch.ts';
import { readPrometheus } from './remote/prometheus.ts';
import { readStorage } from './remote/storage.ts';
import { readTimedWeights } from './stages/timed-weights.ts';
import { readWarehouse, validateWarehouse } from './warehouse.ts';
import { readWindow } from './window.ts';

/** Reads where the recorded requests, or the numbers, are and where a record keeps what. */
export function readRequests(root: TreeNode): SectionReading<RequestSource | undefined> {
  const requests = nodeAt(root, ['requests']);
  const format = choiceOf(child(requests, 'format'), requestFormats) ?? planDefaults.requests.format;
  const [list, otherLabels, okStatus] = ['numbers', 'otherLabels', 'okStatus'].map((key) => child(requests, key));
  const numbers = list === undefined ? undefined : readToldNumbers(list, ['requests', 'numbers']);
  const [where, sample] = [readFilter(root), readSample(root)];
  const shareAt = (key: 'maxRejected' | 'maxUnknownLabels') =>
    readAt(root, ['requests', key], readFraction, { otherwise: planDefaults.requests[key] });
  const [maxRejected, maxUnknownLabels] = [shareAt('maxRejected'), shareAt('maxUnknownLabels')];
  const labelsMatureAfter = readAt(root, ['requests', 'labelsMatureAfter'], readSpan);
  const window = readWindow(root, ['requests']);
  const settle = readAt(root, ['requests', 'settle'], readSettling, { otherwise: planDefaults.requests.settle });
  const weights = readTimedWeights(root);
  const storage = readStorage(root);
  const [prometheus, cloudwatch] = [readPrometheus(root), readCloudwatch(root)];
  const needed = {
    format,
    source: textsOf(child(requests, 'source')),
    fields: readFields(child(requests, 'fields'), format),
    segments: textMapOf(child(requests, 'segments')) ?? {},
    maxUnknownLabels: maxUnknownLabels.value,
    maxRejected: maxRejected.value,
    settleMs: settle.value,
  };
  const optional = {
    numbers: numbers?.numbers,
    warehouse: readWarehouse(requests),
    versions: textMapOf(child(requests, 'versions')),
    answers: choiceOf(child(requests, 'answers'), answerForms),
    component: textOf(child(requests, 'component')),
    labelNames: textMapOf(child(requests, 'labelNames')),
    otherLabels: otherLabels && textsOf(otherLabels),
    okStatus: okStatus && itemsOf(okStatus).map((item) => String(plainValue(item))),
    where: where.value,
    sample: sample.value,
    labelsMatureAfterMs: labelsMatureAfter.value,
    decimal: choiceOf(child(requests, 'decimal'), ['comma', 'point']),
    latencyUnit: latencyUnitsOf(child(requests, 'latencyUnit')),
    weights: weights.value,
    storage: storage.value,
    prometheus: prometheus.value,
    cloudwatch: cloudwatch.value,
    ...window.value,
  };
  return {
    value: sectionOf(needed, optional),
    findings: [
      ...validateRequestSource(root, numbers?.findings ?? []),
      ...validateLogFormat(root),
      ...validateWarehouse(root),
      ...['fields', 'segments'].flatMap((key) => validatePaths(root, ['requests', key])),
      ...keysOf(child(requests, 'where')).flatMap((key) => validatePath(['requests', 'where', key], key, 'key')),
      ...[where, sample, maxRejected, maxUnknownLabels, labelsMatureAfter, window, settle, weights, storage].flatMap(
        ({ findings }) => findings,
      ),
      ...prometheus.findings,
      ...cloudwatch.findings,
    ],
  };
}

/** What the plan writes over what its format knows of its own. */
function readFields(fields: TreeNode | undefined, format: RequestFormat): RequestFields {
  const textAt = (key: string) => textOf(child(fields, key));
  const isCanary = format === 'canary' || holdsNumbers(format);
  const traits = logFormatTraits[isCanary ? 'canary' : format];
  const usual = traits.fields.served;
  const by = textAt('servedBy') ?? usual?.by;
  const prediction = textAt('prediction');
  const served = {
    latency: latencyOf(child(fields, 'latency')) ?? (usual ?? servedDefaults).latency,
    error: textAt('error') ?? (usual ?? servedDefaults).error,
    prediction: prediction ?? (usual ?? servedDefaults).prediction,
    ...known({ score: textAt('score') }),
  };
  const written = {
    id: pathsOf(child(fields, 'id')),
    timestamp: pathsOf(child(fields, 'timestamp')),
    unit: pathsOf(child(fields, 'unit')),
    input: textAt('input'),
    label: pathsOf(child(fields, 'label')),
    outcomes: textAt('outcomes'),
    served: by === undefined ? undefined : { by, ...served },
    answer: isCanary || traits.ofOneVersion === true ? undefined : prediction,
  };
  return { ...traits.fields, ...known(written) };
}

function pathsOf(node: TreeNode | undefined): FieldPaths | undefined {
  return node?.kind === 'list' ? textsOf(node) : textOf(node);
}

function latencyOf(node: TreeNode | undefined): LatencyField | undefined {
  const [path, from, to] = [textOf(child(node, 'path')), textOf(child(node, 'from')), textOf(child(node, 'to'))];
  const unit = choiceOf(child(node, 'unit'), latencyUnitNames);
  if (path !== undefined && unit !== undefined) return { path, unit };
  return from !== undefined && to !== undefined ? { from, to } : textOf(node);
}

function latencyUnitsOf(node: TreeNode | undefined): RequestSource['latencyUnit'] {
  const [baseline, candidate] = ['baseline', 'candidate'].map((role) => choiceOf(child(node, role), latencyUnitNames));
  return baseline === undefined || candidate === undefined ? undefined : { baseline, candidate };
}

function textMapOf(node: TreeNode | undefined): Readonly<Record<string, string>> | undefined {
  if (node?.kind !== 'map') return undefined;
  return Object.fromEntries([...node.entries].map(([key, { value }]) => [key, textOf(value) ?? '']));
}
