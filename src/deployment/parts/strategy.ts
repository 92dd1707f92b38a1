/** How traffic gets from the old deployment to the new one. */
export type Strategy =
  | { readonly type: "replace" }
  | { readonly type: "blue-green"; readonly keepOld: boolean }
  /** `keepOld`: the old one stays at 0 %, else it is deleted after the move. */
  | {
      readonly type: "canary";
      /** Percentages of the new deployment, rising, the last one 100. */
      readonly steps: readonly number[];
      readonly waitSeconds: number;
      readonly keepOld: boolean;
    }
  | {
      readonly type: "shadow";
      /** Percentage of requests that are copied, 1 to 50. */
      readonly mirror: number;
      readonly waitSeconds: number;
      readonly promote: boolean;
      readonly keepOld: boolean;
    };
