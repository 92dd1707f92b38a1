import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Emulator } from "../../emulator/emulator.ts";
import type { EmulatorOptions } from "../../emulator/settings.ts";

type EmulatorModule = { readonly startEmulator: (options: EmulatorOptions) => Promise<Emulator> };

/** Put in place by `environment.js`; the campaigns run without jest. */
const { perWorker } = globalThis as {
  readonly perWorker?: { readonly toolCache: string; readonly loadEmulator: () => Promise<EmulatorModule> };
};

/** `RUNNER_TOOL_CACHE` */
export const toolCache = perWorker?.toolCache ?? mkdtempSync(join(tmpdir(), "tools-"));

export async function startEmulator(options: EmulatorOptions): Promise<Emulator> {
  const emulator = await (perWorker?.loadEmulator() ?? import("../../emulator/emulator.ts"));
  return emulator.startEmulator(options);
}
