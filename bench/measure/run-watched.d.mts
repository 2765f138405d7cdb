/** See run-watched.mjs. */
export interface Watched {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly seconds: number;
  readonly processorSeconds: number;
  readonly peakBytes: number;
}

export function runWatched(
  command: string,
  args: readonly string[],
  options?: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv; readonly beside?: number },
): Promise<Watched>;
