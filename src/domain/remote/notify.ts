import type { FromEnvironment } from './secret.ts';

export const notifyForms = ['slack', 'cloudevents'] as const;
export type NotifyForm = (typeof notifyForms)[number];

/** What can be told: changes of a rollout, a hold for new reasons, and what a watcher finds wrong. */
export const notifyEvents = [
  'promote',
  'complete',
  'rollback',
  'step-down',
  'hold-new',
  'apply-failed',
  'stale',
  'failing',
] as const;
export type NotifyEvent = (typeof notifyEvents)[number];

/** Somebody who is told. */
export interface NotifyTarget {
  /** The address, or the variable that holds it where it is a secret. */
  readonly url: string | FromEnvironment;
  readonly form: NotifyForm;
  /** Of `cloudevents`, what signs each message (Standard Webhooks). */
  readonly secret?: FromEnvironment;
  readonly on: readonly NotifyEvent[];
  /** Where people find the report. */
  readonly reportUrl?: string;
}
