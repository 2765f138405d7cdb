import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { messageOf, systemErrorCode, unusableFile } from '../domain/errors.ts';
import { mostTextBytes, requireRegularFile } from '../files/read-file.ts';

/** The code that an artifact brings along: a record's input to numbers, and raw output to a prediction. */
export interface Preprocess {
  readonly encode: (input: unknown) => unknown;
  readonly decode?: (output: unknown) => unknown;
}

/**
 * Loads `preprocess.mjs` of an artifact, running whatever it does when it is imported.
 *
 * @param folder the artifact's absolute path, already verified
 * @returns null when the artifact has none
 * @throws UserError (exit 5) when it cannot be imported or does not export `encode`
 */
export async function loadPreprocess(folder: string): Promise<Preprocess | null> {
  const path = join(folder, 'preprocess.mjs');
  if (!(await exists(path))) return null;
  let module: Record<string, unknown>;
  try {
    await requireRegularFile(path, mostTextBytes);
    module = await import(pathToFileURL(path).href);
  } catch (error) {
    throw unusableFile(`${path} cannot be imported: ${messageOf(error)}`, { cause: error });
  }
  const { encode, decode } = module;
  if (!isFunction(encode)) {
    throw unusableFile(`${path} does not export a function encode(input).`, {
      hint: 'Export encode, which turns a recorded input into a number[] or Float32Array.',
    });
  }
  if (decode === undefined) return { encode };
  if (isFunction(decode)) return { encode, decode };
  throw unusableFile(`${path} exports a decode that is not a function.`);
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return false;
    throw error;
  }
}

function isFunction(value: unknown): value is (argument: unknown) => unknown {
  return typeof value === 'function';
}
