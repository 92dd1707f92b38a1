import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Emulator } from "../../emulator/emulator.ts";
import type * as compare from "../pictures/compare.ts";
import type { EmulatorOptions } from "../../emulator/settings.ts";

type Start = (options: EmulatorOptions) => Promise<Emulator>;

/** Put in place by `environment.js`; the campaigns run without jest. */
const { perWorker } = globalThis as {
  readonly perWorker?: {
    readonly toolCache: string;
    readonly startEmulator: Start;
    readonly pictures: () => Promise<typeof compare>;
  };
};

/** `RUNNER_TOOL_CACHE` */
export const toolCache = perWorker?.toolCache ?? mkdtempSync(join(tmpdir(), "tools-"));

export const startEmulator: Start =
  perWorker?.startEmulator ?? (async (options) => (await import("../../emulator/emulator.ts")).startEmulator(options));

export const pictures = perWorker?.pictures ?? (() => import("../pictures/compare.ts"));
