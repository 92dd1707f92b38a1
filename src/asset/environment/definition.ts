/** What an environment is made of, apart from its name. Exactly one of `image` and `build`. */
export type EnvironmentDefinition = {
  readonly description?: string;
  readonly image?: string;
  readonly build?: BuildContext;
  /** The YAML text that the service gets. */
  readonly condaFile?: string;
  /** The same, parsed. */
  readonly conda?: CondaSpecification;
  /** az ml takes values of any kind here and sends them as they are. */
  readonly tags: Readonly<Record<string, unknown>>;
  readonly osType?: "linux" | "windows";
  readonly inferenceConfig?: object;
  /** Name of the datastore that a local build context is uploaded to; the workspace's own blob store when absent. */
  readonly datastore?: string;
};

export type BuildContext = {
  /** Path of the Dockerfile below the context; `Dockerfile` when absent. */
  readonly dockerfilePath?: string;
  readonly context:
    | {
        readonly from: "local";
        /** As written. */
        readonly path: string;
        /** Absolute. */
        readonly folder: string;
        /** Absolute folder of the checkout: nothing outside it is taken. */
        readonly root: string;
      }
    | { readonly from: "address"; readonly url: string };
};

export type CondaSpecification = Readonly<Record<string, unknown>>;
