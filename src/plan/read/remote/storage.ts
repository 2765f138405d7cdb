import type { Finding } from '../../../documents/findings.ts';
import { child, nodeAt, numberOf, plainValue, textOf, textsOf, type TreeNode } from '../../../documents/tree.ts';
import type { StorageSettings } from '../../../domain/remote/storage.ts';
import { bytes, misreading, parseQuantity, type Reading, reading, shown } from '../quantity.ts';
import { known, readAt, type SectionReading } from '../section.ts';
import { holdsSecret, secretAddress } from './secret.ts';

const credentials = 'set the credentials in the environment: docs/buckets.md';

/** Reads how objects in buckets are fetched. */
export function readStorage(root: TreeNode): SectionReading<StorageSettings | undefined> {
  const path = ['requests', 'storage'];
  const storage = nodeAt(root, path);
  const findings = validateAddresses(root);
  if (storage === undefined) return { value: undefined, findings };
  const pathStyle = child(storage, 'pathStyle');
  const written = pathStyle === undefined ? undefined : plainValue(pathStyle);
  const endpoint = textOf(child(storage, 'endpoint'));
  const maxBytes = readAt(root, [...path, 'maxBytes'], readBytes);
  return {
    value: known({
      region: textOf(child(storage, 'region')),
      endpoint,
      pathStyle: typeof written === 'boolean' ? written : undefined,
      cache: textOf(child(storage, 'cache')),
      maxBytes: maxBytes.value,
      concurrency: numberOf(child(storage, 'concurrency')),
    }),
    findings: [
      ...findings,
      ...maxBytes.findings,
      ...(endpoint !== undefined && holdsSecret(endpoint) ? [secretAddress([...path, 'endpoint'], credentials)] : []),
    ],
  };
}

/** Addresses among the sources that carry a secret, which evidence would keep. */
function validateAddresses(root: TreeNode): Finding[] {
  const path = ['requests', 'source'];
  const sources = nodeAt(root, path);
  const isList = sources?.kind === 'list';
  return textsOf(sources).flatMap((source, index) =>
    /^https?:/u.test(source) && holdsSecret(source)
      ? [
          secretAddress(
            isList ? [...path, index] : path,
            'copy what only a signed address reads to a bucket or a folder',
          ),
        ]
      : [],
  );
}

function readBytes(written: unknown): Reading<number> {
  const quantity = parseQuantity(written);
  const size = quantity === undefined ? undefined : bytes(quantity);
  return size === undefined
    ? misreading(`${shown(written)} is not a size`, 'write a size such as 20GB')
    : reading(size);
}
