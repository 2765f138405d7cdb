import { unusableFile } from '../../domain/errors.ts';
import type { JsonObject } from '../../domain/remote/json-answer.ts';
import { askMlflow, type MlflowServer, nameOf, objectOf, objectsOf, tagsIn, textIn } from './mlflow-server.ts';

/** The tag of a version that says which of canary's it is. */
export const versionTag = 'canary.version';

/** One version of a registered model. */
export interface MlflowVersion {
  /** MLflow's own number, `1` and on. */
  readonly number: string;
  /** What canary calls it: the tag `canary.version`, or else `N.0.0`. */
  readonly version: string;
  /** Whether the tag says so. */
  readonly isTagged: boolean;
  readonly tags: Readonly<Record<string, string>>;
  readonly runId?: string;
  readonly description?: string;
}

/** A registered model as the server has it. */
export interface RegisteredModel {
  readonly name: string;
  readonly tags: Readonly<Record<string, string>>;
  /** Alias to MLflow's number. */
  readonly aliases: Readonly<Record<string, string>>;
  readonly versions: readonly MlflowVersion[];
}

const pageSize = 1000;

/** The model with all its versions. @throws UserError (exit 5) where there is none of that name */
export async function registeredModel(server: MlflowServer, name: string): Promise<RegisteredModel> {
  const found = await askMlflow(server, { method: 'GET', path: 'mlflow/registered-models/get', query: { name } });
  if (found === undefined) {
    throw unusableFile(`${nameOf(server)} has no registered model ${JSON.stringify(name)}`, {
      hint: 'Write its name as MLflow shows it.',
    });
  }
  const { tags, aliases } = objectOf(found['registered_model']);
  return {
    name,
    tags: tagsIn(tags),
    aliases: Object.fromEntries(
      objectsOf(aliases).flatMap(({ alias, version }) => {
        const [key, number] = [textIn(alias), numberIn(version)];
        return key === undefined || number === undefined ? [] : [[key, number] as const];
      }),
    ),
    versions: await versionsOf(server, name),
  };
}

async function versionsOf(server: MlflowServer, name: string): Promise<readonly MlflowVersion[]> {
  const versions: MlflowVersion[] = [];
  const filter = `name='${name.replaceAll("'", String.raw`\'`)}'`;
  let token = '';
  do {
    const query = { filter, max_results: String(pageSize), ...(token === '' ? {} : { page_token: token }) };
    const page: JsonObject =
      (await askMlflow(server, { method: 'GET', path: 'mlflow/model-versions/search', query })) ?? {};
    versions.push(...objectsOf(page['model_versions']).flatMap(versionOf));
    token = textIn(page['next_page_token']) ?? '';
  } while (token !== '');
  return versions;
}

function versionOf({ version, tags: written, run_id: run, description }: JsonObject): MlflowVersion[] {
  const number = numberIn(version);
  if (number === undefined) return [];
  const tags = tagsIn(written);
  const tagged = tags[versionTag];
  const [runId, told] = [textIn(run), textIn(description)];
  return [
    {
      number,
      version: tagged ?? `${number}.0.0`,
      isTagged: tagged !== undefined,
      tags,
      ...(runId === undefined || runId === '' ? {} : { runId }),
      ...(told === undefined || told === '' ? {} : { description: told }),
    },
  ];
}

/** A number as text; the API of some servers gives it as a number. */
function numberIn(value: unknown): string | undefined {
  return typeof value === 'number' ? String(value) : textIn(value);
}

export async function setAlias(server: MlflowServer, name: string, alias: string, version: string): Promise<void> {
  await askMlflow(server, { method: 'POST', path: 'mlflow/registered-models/alias', body: { name, alias, version } });
}

export async function deleteAlias(server: MlflowServer, name: string, alias: string): Promise<void> {
  await askMlflow(server, { method: 'DELETE', path: 'mlflow/registered-models/alias', body: { name, alias } });
}

export async function setModelTag(server: MlflowServer, name: string, key: string, value: string): Promise<void> {
  await askMlflow(server, { method: 'POST', path: 'mlflow/registered-models/set-tag', body: { name, key, value } });
}

export async function setVersionTag(
  server: MlflowServer,
  name: string,
  version: string,
  [key, value]: readonly [string, string],
): Promise<void> {
  await askMlflow(server, {
    method: 'POST',
    path: 'mlflow/model-versions/set-tag',
    body: { name, version, key, value },
  });
}
