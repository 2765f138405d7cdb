import type { Finding } from '../../../documents/findings.ts';
import { nodeAt, textOf, type TreeNode, type TreePath } from '../../../documents/tree.ts';
import { mirroredAliases, type MirrorSettings, type MlflowMirror } from '../../../domain/remote/mirror.ts';
import { type SectionReading, sectionOf } from '../section.ts';
import { holdsSecret, literalSecret, readSecret } from './secret.ts';

const place: TreePath = ['mirror', 'mlflow'];

/** Reads which model of MLflow follows the registry. */
export function readMirror(root: TreeNode): SectionReading<MirrorSettings | undefined> {
  if (nodeAt(root, place) === undefined) return { value: undefined, findings: [] };
  const at = (...path: string[]) => textOf(nodeAt(root, [...place, ...path]));
  const token = readSecret(root, [...place, 'token'], 'MLFLOW_TRACKING_TOKEN');
  const aliases = Object.fromEntries(
    mirroredAliases.flatMap((alias) => {
      const name = at('aliases', alias);
      return name === undefined ? [] : [[alias, name] as const];
    }),
  );
  const url = at('url');
  const mlflow: MlflowMirror | undefined = sectionOf(
    { url: url?.replace(/\/+$/u, ''), model: at('model') ?? textOf(nodeAt(root, ['model'])), aliases },
    { token: token.value },
  );
  return {
    value: mlflow === undefined ? undefined : { mlflow },
    findings: [...token.findings, ...checkUrl(url), ...checkAliases(aliases)],
  };
}

function checkUrl(url: string | undefined): Finding[] {
  const path = [...place, 'url'];
  if (url === undefined) return [];
  if (holdsSecret(url)) return [literalSecret(path, 'MLFLOW_TRACKING_TOKEN')];
  if (URL.canParse(url) && /^https?:$/u.test(new URL(url).protocol)) return [];
  return [
    { path, rule: 'invalid-value', message: `url: ${url} is not an address`, hint: 'write https://mlflow.example.com' },
  ];
}

/** MLflow keeps `latest` and `v1` for itself. @see https://mlflow.org/docs/latest/ml/model-registry/ */
function checkAliases(aliases: Readonly<Record<string, string>>): Finding[] {
  const written = Object.entries(aliases);
  const reserved = written.flatMap(([alias, name]): Finding[] => {
    const problem = problemOf(name);
    if (problem === undefined) return [];
    const message = `MLflow has no alias ${JSON.stringify(name)}: ${problem}`;
    return [
      { path: [...place, 'aliases', alias], rule: 'invalid-value', message, hint: 'write champion or challenger' },
    ];
  });
  const [first, second] = written;
  if (first === undefined || second === undefined || first[1] !== second[1]) return reserved;
  const message = `${first[0]} and ${second[0]} are both called ${first[1]}`;
  const hint = 'write another name: stable: champion, canary: challenger';
  return [...reserved, { path: [...place, 'aliases', second[0]], rule: 'invalid-value', message, hint }];
}

function problemOf(name: string): string | undefined {
  if (/^latest$/iu.test(name)) return 'latest is reserved';
  if (/^v\d+$/iu.test(name)) return 'a v before digits means a version there';
  if (name.length > 255) return 'it takes 255 characters';
  return /^[\w-]+$/u.test(name) ? undefined : 'it takes letters, digits, underscores and hyphens';
}
