/** What a file says of the way a run is submitted and followed, where the inputs leave it open. */
export type RunDefaults = {
  /** False: the run is submitted, and its end is not waited for. */
  readonly wait: boolean;
  /** Patterns of what is fetched when it ends. */
  readonly download: readonly string[];
  /** True where the experiment is named by repository and branch. */
  readonly experimentOfBranch: boolean;
};
