import type { TreeNode } from '../../../documents/tree.ts';
import type { RemoteSettings } from '../../../domain/remote/remote-settings.ts';
import { known, type SectionReading } from '../section.ts';
import { readAttestation } from './attestation.ts';
import { readMirror } from './mirror.ts';
import { readNotify } from './notify.ts';

/** Reads what of a plan meets other systems and changes no verdict. */
export function readRemoteSettings(root: TreeNode): SectionReading<RemoteSettings> {
  const [notify, mirror] = [readNotify(root), readMirror(root)];
  return {
    value: known({ attestation: readAttestation(root), notify: notify.value, mirror: mirror.value }),
    findings: [...notify.findings, ...mirror.findings],
  };
}
