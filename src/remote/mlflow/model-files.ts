import { unusableFile } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/remote/json-answer.ts';
import {
  askMlflow,
  fetchMlflowFile,
  type MlflowServer,
  nameOf,
  objectOf,
  objectsOf,
  tagsIn,
  textIn,
} from './mlflow-server.ts';

/** What the run that made a version recorded. */
export interface RunFacts {
  readonly tags: Readonly<Record<string, string>>;
  readonly metrics: Readonly<Record<string, number>>;
}

/** A file of a version's artifact. */
export interface ModelFile {
  /** From the artifact's folder, with slashes. */
  readonly path: string;
  /** Below `mlflow-artifacts`. */
  readonly served: string;
}

/** The run's tags and last metrics; none where the run is gone. @throws UserError (exit 5) */
export async function runFacts(server: MlflowServer, runId: string): Promise<RunFacts> {
  const found = await askMlflow(server, { method: 'GET', path: 'mlflow/runs/get', query: { run_id: runId } });
  const { tags, metrics } = objectOf(objectOf(objectOf(found)['run'])['data']);
  const numbers = objectsOf(metrics).flatMap(({ key, value }) =>
    typeof key === 'string' && typeof value === 'number' && Number.isFinite(value) ? [[key, value] as const] : [],
  );
  return { tags: tagsIn(tags), metrics: Object.fromEntries(numbers) };
}

/**
 * The files of a version, where the server serves them itself (`mlflow server --serve-artifacts`, its default).
 * @param version MLflow's number
 * @throws UserError (exit 5) where they lie elsewhere
 */
export async function modelFiles(server: MlflowServer, name: string, version: string): Promise<readonly ModelFile[]> {
  const path = 'mlflow/model-versions/get-download-uri';
  const found = await askMlflow(server, { method: 'GET', path, query: { name, version } });
  const uri = textIn(objectOf(found)['artifact_uri']) ?? '';
  const served = /^mlflow-artifacts:(?:\/\/[^/]*)?\/+(.*)$/u.exec(uri)?.[1];
  if (served === undefined || served === '') {
    const scheme = /^[a-z0-9+.-]+(?=:)/iu.exec(uri)?.[0] ?? 'a folder';
    throw unusableFile(`${nameOf(server)} does not serve the files of version ${version}: they are in ${scheme}`, {
      hint: 'Fetch them into the registry folder and write canary registry add … --artifact DIR, or say how to ask it: --endpoint, --command or --runtime recorded.',
    });
  }
  const files = await filesBelow(server, served.replace(/\/+$/u, ''), '');
  requireOwnPlaces(server, files);
  if (files.length > 0) return files;
  throw unusableFile(`version ${version} of ${name} has no files on ${nameOf(server)}`);
}

/** @throws UserError (exit 5) for a file that is named twice, or that is a folder of others too: one would be written over another */
function requireOwnPlaces(server: MlflowServer, files: readonly ModelFile[]): void {
  const taken = new Set<string>();
  const folders = new Set<string>();
  for (const { path } of files) {
    for (let end = path.indexOf('/'); end !== -1; end = path.indexOf('/', end + 1)) folders.add(path.slice(0, end));
    if (taken.has(path)) throw twoOfOneName(server, path);
    taken.add(path);
  }
  const both = [...folders].find((folder) => taken.has(folder));
  if (both !== undefined) throw twoOfOneName(server, both);
}

function twoOfOneName(server: MlflowServer, path: string): Error {
  return unusableFile(`${nameOf(server)} names ${JSON.stringify(path)} more than once, which cannot be stored`, {
    hint: 'Fetch the files by hand, and write canary registry add … --artifact DIR.',
  });
}

const mostFiles = 10_000;

async function filesBelow(server: MlflowServer, root: string, folder: string): Promise<ModelFile[]> {
  const path = folder === '' ? root : `${root}/${folder}`;
  const listed = await askMlflow(server, { method: 'GET', path: 'mlflow-artifacts/artifacts', query: { path } });
  const files: ModelFile[] = [];
  for (const entry of objectsOf(objectOf(listed)['files'])) {
    const name = nameIn(server, entry);
    const own = folder === '' ? name : `${folder}/${name}`;
    if (entry['is_dir'] === true) files.push(...(await filesBelow(server, root, own)));
    else files.push({ path: own, served: `${root}/${own}` });
    if (files.length > mostFiles) {
      throw unusableFile(`a version's files on ${nameOf(server)} are more than ${mostFiles}`);
    }
  }
  return files;
}

/** A server that names what lies outside the folder would have it written there, and a name with control characters would command a terminal. */
function nameIn(server: MlflowServer, { path }: JsonObject): string {
  const name = textIn(path)?.split('/').at(-1) ?? '';
  if (name !== '' && name !== '.' && name !== '..' && !/[\\\p{Cc}]/u.test(name)) return name;
  throw unusableFile(`${nameOf(server)} names a file ${JSON.stringify(path ?? null)}, which cannot be stored`);
}

/** The bytes of one of them; at most 256 MiB. @throws UserError (exit 5) */
export async function modelFile(server: MlflowServer, { served }: ModelFile): Promise<Buffer> {
  return await fetchMlflowFile(server, served);
}
