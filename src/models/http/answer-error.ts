import type { ErrorKind } from '../../domain/outcome.ts';

/** Why one answer cannot be used; it becomes the outcome of its request. */
export class AnswerError extends Error {
  override readonly name = 'AnswerError';
  readonly kind: ErrorKind;

  constructor(kind: ErrorKind, detail: string) {
    super(detail);
    this.kind = kind;
  }
}
