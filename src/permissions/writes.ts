import type { Collection } from "../azure/assets.ts";

export const workspaces = "Microsoft.MachineLearningServices/workspaces";

export const purposes = {
  creates: "create and attach targets",
  registers: "register assets",
  uploadsCode: "upload code",
  submits: "submit the run",
} as const;

/** What a command is about to write. */
export type Writes = {
  readonly removes: boolean;
  readonly creates: boolean;
  /** The collections that assets are registered in. */
  readonly registers: readonly Collection[];
  readonly uploadsCode: boolean;
  readonly submits: boolean;
  /** A graph, to the pipeline service of the first SDK. */
  readonly submitsGraph: boolean;
};

/** In the order of writing: the action of each request itself, without which the service is bound to refuse it. */
export function actionsOfWrites(writes: Writes): readonly { readonly action: string; readonly purpose: string }[] {
  const { removes, creates, registers, uploadsCode, submits, submitsGraph } = writes;
  const versions = (collection: Collection) => `${workspaces}/${collection}/versions/write`;
  return [
    ...(removes ? [{ action: `${workspaces}/computes/delete`, purpose: "remove a target" }] : []),
    ...(creates ? [{ action: `${workspaces}/computes/write`, purpose: purposes.creates }] : []),
    ...registers.map((collection) => ({ action: versions(collection), purpose: purposes.registers })),
    ...(uploadsCode ? [{ action: versions("codes"), purpose: purposes.uploadsCode }] : []),
    ...(submits ? [{ action: `${workspaces}/jobs/write`, purpose: purposes.submits }] : []),
    ...(submitsGraph ? [{ action: `${workspaces}/experiments/runs/submit/action`, purpose: purposes.submits }] : []),
  ];
}
