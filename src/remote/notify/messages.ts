import { createHmac } from 'node:crypto';
import type { RolloutEvent } from './event.ts';

/** A message as it is sent. */
export interface Message {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const types: Readonly<Record<RolloutEvent['event'], string>> = {
  promote: 'promoted',
  complete: 'completed',
  rollback: 'rolled_back',
  'step-down': 'stepped_down',
  'hold-new': 'held',
  'apply-failed': 'apply_failed',
  stale: 'stale',
  failing: 'failing',
  test: 'test',
};

/**
 * An event in CloudEvents' structured mode: github.com/cloudevents/spec, version 1.0.
 * @param secret what signs it after Standard Webhooks: `whsec_` and base64, or base64 alone
 */
export function cloudEvent(
  event: RolloutEvent,
  reportUrl: string | undefined,
  secret: string | undefined,
  sentAt: Date,
): Message {
  const { id, at, model, plan, stage, ...data } = event;
  const body = JSON.stringify({
    specversion: '1.0',
    id,
    source: `canary/${encodeURIComponent(model)}/${encodeURIComponent(plan)}`,
    type: `canary.rollout.${types[event.event]}.v1`,
    time: at,
    ...(stage === undefined ? {} : { subject: stage }),
    datacontenttype: 'application/json',
    data: {
      model,
      plan,
      ...(stage === undefined ? {} : { stage }),
      ...data,
      ...(reportUrl === undefined ? {} : { report: reportUrl }),
    },
  });
  const signed = secret === undefined ? {} : signatureHeaders(id, body, secret, sentAt);
  return { headers: { 'content-type': 'application/cloudevents+json', ...signed }, body };
}

/** The headers of Standard Webhooks (github.com/standard-webhooks/standard-webhooks): HMAC-SHA256 of id, time and body. */
function signatureHeaders(id: string, body: string, secret: string, sentAt: Date): Readonly<Record<string, string>> {
  const timestamp = String(Math.floor(sentAt.getTime() / 1000));
  const key = Buffer.from(secret.replace(/^whsec_/u, ''), 'base64');
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` };
}

/** Slack refuses a block whose text is longer. */
const mostCharacters = 3000;

const headlines: Readonly<Record<RolloutEvent['event'], string>> = {
  promote: 'entered a stage',
  complete: 'is complete',
  rollback: 'was rolled back',
  'step-down': 'stepped down',
  'hold-new': 'is held',
  'apply-failed': 'did not reach the router',
  stale: 'has not moved',
  failing: 'cannot be evaluated',
  test: 'can tell you',
};

/** An event as a message of Slack: a header, the reasons, and a line of facts. Nothing in it pings anybody. */
export function slackMessage(event: RolloutEvent, reportUrl: string | undefined): Message {
  const title = `${event.model}: ${event.plan} ${headlines[event.event]}`;
  const facts = [
    ...(event.stage === undefined ? [] : [`stage ${event.stage}`]),
    ...(event.weight === undefined ? [] : [`${percent(event.weight.before)} → ${percent(event.weight.after)}`]),
    `${event.versions.baseline} → ${event.versions.candidate}`,
    ...(event.by === undefined ? [] : [`by ${event.by}`]),
  ].join(' · ');
  const reasons = reasonsText(event.reasons);
  const link = reportUrl === undefined ? '' : ` · <${escaped(reportUrl).replaceAll('|', '%7C')}|report>`;
  const blocks = [
    { type: 'header', text: { type: 'plain_text', text: cut(title, 150) } },
    ...(reasons === '' ? [] : [{ type: 'section', text: { type: 'mrkdwn', text: reasons } }]),
    { type: 'context', elements: [{ type: 'mrkdwn', text: `${escaped(facts)}${link}` }] },
  ];
  return {
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ text: escaped(title), blocks }),
  };
}

/** As many reasons as fit, and how many more there are. */
function reasonsText(reasons: readonly string[]): string {
  const lines: string[] = [];
  let size = 0;
  for (const reason of reasons) {
    const line = `• ${cut(escaped(reason), mostCharacters - 40)}`;
    if (size + line.length > mostCharacters - 40)
      return [...lines, `… and ${reasons.length - lines.length} more`].join('\n');
    lines.push(line);
    size += line.length + 1;
  }
  return lines.join('\n');
}

/** Slack's own three; `<!channel>` is no command any more. */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function cut(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}

function percent(share: number): string {
  return `${Number((share * 100).toPrecision(12))}%`;
}
