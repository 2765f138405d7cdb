import type { EndpointInput } from '../../../domain/endpoint.ts';
import { unusableFile } from '../../../domain/errors.ts';
import type { InputSignature } from '../../../domain/registry.ts';

/** Inputs as a message shows them: `x FP32 [?, 4]`. */
export function inputsText(inputs: readonly EndpointInput[]): string {
  const texts = inputs.map(({ name, datatype, shape }) =>
    [name, datatype, shapeText(shape)].filter((text) => text !== ''),
  );
  return texts.map((text) => text.join(' ')).join(', ') || 'none';
}

function shapeText(shape: readonly number[]): string {
  return `[${shape.map((size) => (size < 0 ? '?' : size)).join(', ')}]`;
}

/**
 * Compares what the registry says of a model's inputs with what its server says.
 *
 * @throws UserError (exit 5) that shows both
 */
export function validateInputs(registry: readonly EndpointInput[], server: readonly EndpointInput[]): void {
  const differs =
    registry.length !== server.length ||
    registry.some((input) => {
      const other = server.find(({ name }) => name === input.name);
      return other === undefined || other.datatype !== input.datatype || !fits(input.shape, other.shape);
    });
  if (!differs) return;
  throw unusableFile(
    `its inputs are not those of the server's model. The registry: ${inputsText(registry)}. The server: ${inputsText(server)}`,
    { hint: "Correct artifact.inputs in the registry, or leave them out; then the server's are used." },
  );
}

/**
 * Compares the signature's input with what a server says of its model's: the shape of a tensor with that of a single
 * input, the fields of a record with the names of several.
 *
 * @throws UserError (exit 5) that shows both
 */
export function validateSignature(signature: InputSignature | undefined, server: readonly EndpointInput[]): void {
  const [only] = server;
  if (signature === undefined || only === undefined) return;
  if (signature.kind === 'tensor' && server.length === 1) {
    const { shape } = signature;
    if (fits(shape, only.shape.slice(1)) || fits(shape, only.shape)) return;
    throw differentSignature(`tensor ${shapeText(shape)} without the batch`, server);
  }
  if (signature.kind === 'record' && server.length > 1) {
    const fields = Object.keys(signature.fields);
    const missing = server.some(({ name }) => !fields.includes(name));
    if (missing) throw differentSignature(`record of ${fields.join(', ')}`, server);
  }
}

function differentSignature(registry: string, server: readonly EndpointInput[]): Error {
  return unusableFile(
    `its input signature is not that of the server's model. The registry: ${registry}. The server: ${inputsText(server)}`,
    {
      hint: "Correct signature.input in the registry; if the server's names differ, map them in preprocess.mjs.",
    },
  );
}

function fits(shape: readonly number[], other: readonly number[]): boolean {
  if (shape.length !== other.length) return false;
  return shape.every((size, axis) => size < 0 || (other[axis] ?? -1) < 0 || size === other[axis]);
}
