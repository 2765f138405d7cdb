import type { Finding } from '../../../documents/findings.ts';
import { child, choiceOf, itemsOf, keysOf, nodeAt, textOf, textsOf, type TreeNode } from '../../../documents/tree.ts';
import { type NotifyEvent, notifyEvents, notifyForms, type NotifyTarget } from '../../../domain/remote/notify.ts';
import { type SectionReading, sectionOf, unusedKey } from '../section.ts';
import { holdsSecret, literalSecret, readSecret } from './secret.ts';

/** Reads who is told of what. */
export function readNotify(root: TreeNode): SectionReading<readonly NotifyTarget[] | undefined> {
  const list = nodeAt(root, ['notify']);
  if (list === undefined) return { value: undefined, findings: [] };
  const targets = itemsOf(list).map((item, index) => readTarget(root, item, index));
  return {
    value: targets.flatMap(({ value }) => value ?? []),
    findings: targets.flatMap(({ findings }) => findings),
  };
}

function readTarget(root: TreeNode, item: TreeNode, index: number): SectionReading<NotifyTarget | undefined> {
  const path = ['notify', index];
  const form = choiceOf(child(item, 'form'), notifyForms);
  const written = textOf(child(item, 'url'));
  const fromEnvironment = written === undefined ? readSecret(root, [...path, 'url'], 'SLACK_WEBHOOK_URL') : undefined;
  const secret = readSecret(root, [...path, 'secret'], 'CANARY_WEBHOOK_SECRET');
  const on = child(item, 'on');
  return {
    value: sectionOf(
      { url: written ?? fromEnvironment?.value, form, on: on === undefined ? notifyEvents : eventsOf(on) },
      { secret: secret.value, reportUrl: textOf(child(item, 'reportUrl')) },
    ),
    findings: [
      ...(fromEnvironment?.findings ?? []),
      ...secret.findings,
      ...checkUrl(written, form, [...path, 'url']),
      ...(form === 'slack' && keysOf(item).includes('secret')
        ? [unusedKey([...path, 'secret'], 'Slack checks no signature', 'delete secret')]
        : []),
    ],
  };
}

function eventsOf(node: TreeNode): readonly NotifyEvent[] {
  const written = textsOf(node);
  return notifyEvents.filter((event) => written.includes(event));
}

/** The address of a chat's hook is all that it takes to write there. */
function checkUrl(url: string | undefined, form: string | undefined, path: readonly (string | number)[]): Finding[] {
  if (url === undefined) return [];
  if (form === 'slack' || holdsSecret(url)) {
    return [literalSecret(path, form === 'slack' ? 'SLACK_WEBHOOK_URL' : 'CANARY_WEBHOOK_URL')];
  }
  if (URL.canParse(url) && /^https?:$/u.test(new URL(url).protocol)) return [];
  return [
    {
      path,
      rule: 'invalid-value',
      message: `url: ${url} is not an address`,
      hint: 'write https://ops.example.com/canary',
    },
  ];
}
