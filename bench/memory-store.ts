import { spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Azurites } from "../emulator/azurites.ts";

/** The storage of an emulator whose clients are to wait for nothing but themselves: `blob-store.ts` in place of Azurite. */
export const memoryStores: Azurites = {
  take: async () => {
    const child = spawn(process.execPath, [join(import.meta.dirname, "blob-store.ts")], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    const [port] = await new Promise<string[]>((resolve, reject) => {
      createInterface({ input: child.stdout }).once("line", (line) => resolve([line]));
      child.once("exit", () => reject(new Error("The blob store did not start.")));
    });
    return { child, port: Number(port) };
  },
  giveBack: ({ child }) => {
    child.stdin?.end();
    return Promise.resolve();
  },
};
