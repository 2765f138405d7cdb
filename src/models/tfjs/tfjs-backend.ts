import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { messageOf } from '../../domain/errors.ts';

/** The core of TensorFlow.js with a backend that computes. */
export interface TensorFlow {
  readonly core: typeof import('@tensorflow/tfjs-core');
  /** `tensorflow` is the native library, `wasm` the portable one. */
  readonly backend: 'tensorflow' | 'wasm';
}

/**
 * Starts TensorFlow.js: the native `@tensorflow/tfjs-node` where it is installed and works, else WebAssembly.
 *
 * @throws Error when neither backend starts
 */
export async function startTensorFlow(): Promise<TensorFlow> {
  const core = await import('@tensorflow/tfjs-core');
  // Production mode leaves out checks of every kernel's result, which count for models of this size.
  core.enableProdMode();
  const backend = (await startNative(core)) ? 'tensorflow' : await startWasm(core);
  return { core, backend };
}

async function startNative(core: TensorFlow['core']): Promise<boolean> {
  // Held in a variable because the package is optional: its types may be absent where canary is compiled.
  const optionalPackage: string = '@tensorflow/tfjs-node';
  try {
    await import(optionalPackage);
    return await core.setBackend('tensorflow');
  } catch (error) {
    // An installation without its binary, or one for another Node, is no reason not to answer: the other backend can.
    if (!isMissing(error)) console.error(`${optionalPackage} does not start, using WASM: ${messageOf(error)}`);
    return false;
  }
}

async function startWasm(core: TensorFlow['core']): Promise<'wasm'> {
  const wasm = await import('@tensorflow/tfjs-backend-wasm');
  wasm.setWasmPaths(wasmFolder() + sep);
  if (!(await core.setBackend('wasm'))) throw new Error('The WASM backend of TensorFlow.js does not start.');
  return 'wasm';
}

/** Where the binaries of the backend are: beside this module in the bundle, else in the package. */
function wasmFolder(): string {
  const beside = dirname(fileURLToPath(import.meta.url));
  if (existsSync(join(beside, 'tfjs-backend-wasm.wasm'))) return beside;
  return dirname(createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm'));
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND';
}
