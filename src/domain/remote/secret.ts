/** A text that only the environment holds, by the name of its variable. */
export interface FromEnvironment {
  readonly env: string;
}
