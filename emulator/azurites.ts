import type { ChildProcess } from "node:child_process";

/** A running Azurite with the workspace's containers. */
export type Azurite = { readonly child: ChildProcess; readonly port: number };

/** Where an emulator gets its Azurite from, and what becomes of it afterwards. */
export type Azurites = {
  /** @param folder where the blobs of one that is started for this emulator alone are kept. */
  readonly take: (folder: string) => Promise<Azurite>;
  readonly giveBack: (azurite: Azurite) => Promise<void>;
};
