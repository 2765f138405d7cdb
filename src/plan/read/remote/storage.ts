import { child, nodeAt, numberOf, plainValue, textOf, type TreeNode } from '../../../documents/tree.ts';
import type { StorageSettings } from '../../../domain/remote/storage.ts';
import { bytes, misreading, parseQuantity, type Reading, reading, shown } from '../quantity.ts';
import { known, readAt, type SectionReading } from '../section.ts';

/** Reads how objects in buckets are fetched. */
export function readStorage(root: TreeNode): SectionReading<StorageSettings | undefined> {
  const path = ['requests', 'storage'];
  const storage = nodeAt(root, path);
  if (storage === undefined) return { value: undefined, findings: [] };
  const pathStyle = child(storage, 'pathStyle');
  const written = pathStyle === undefined ? undefined : plainValue(pathStyle);
  const maxBytes = readAt(root, [...path, 'maxBytes'], readBytes);
  return {
    value: known({
      region: textOf(child(storage, 'region')),
      endpoint: textOf(child(storage, 'endpoint')),
      pathStyle: typeof written === 'boolean' ? written : undefined,
      cache: textOf(child(storage, 'cache')),
      maxBytes: maxBytes.value,
      concurrency: numberOf(child(storage, 'concurrency')),
    }),
    findings: maxBytes.findings,
  };
}

function readBytes(written: unknown): Reading<number> {
  const quantity = parseQuantity(written);
  const size = quantity === undefined ? undefined : bytes(quantity);
  return size === undefined
    ? misreading(`${shown(written)} is not a size`, 'write a size such as 20GB')
    : reading(size);
}
