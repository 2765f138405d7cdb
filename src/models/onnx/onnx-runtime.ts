import { messageOf, unusableFile } from '../../domain/errors.ts';

export type OnnxRuntime = typeof import('onnxruntime-node');

/**
 * Imports `onnxruntime-node`, which is too large to be installed for everybody.
 *
 * @throws UserError (exit 5) that says how to install it where it is missing or does not start
 */
export async function importOnnxRuntime(): Promise<OnnxRuntime> {
  try {
    return await import('onnxruntime-node');
  } catch (error) {
    if (isMissing(error)) {
      throw unusableFile('The runtime onnx needs the package onnxruntime-node, which is not installed.', {
        hint: 'Add it where canary is installed: npm install onnxruntime-node',
        cause: error,
      });
    }
    throw unusableFile(`onnxruntime-node does not start: ${messageOf(error)}`, {
      hint: 'Install it again for this machine and this Node: npm install onnxruntime-node',
      cause: error,
    });
  }
}

function isMissing(error: unknown): boolean {
  if (!(error instanceof Error && 'code' in error)) return false;
  // A file that the package itself lacks is another trouble than the package.
  return error.code === 'ERR_MODULE_NOT_FOUND' && error.message.includes("'onnxruntime-node'");
}
