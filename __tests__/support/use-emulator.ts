import { afterAll, beforeAll, beforeEach } from "@jest/globals";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Emulator } from "../../emulator/emulator.ts";
import type { EmulatorOptions } from "../../emulator/settings.ts";
import { onceStarted } from "./once-started.ts";
import { startEmulator } from "./per-worker.ts";

export type Settings = Partial<EmulatorOptions>;

/** An emulator with a state of its own unless a folder is given, for tests that end it themselves. */
export function newEmulator(settings: Settings = {}): Promise<Emulator> {
  // What a folder is given for is to be found there again, the blobs as well.
  const own = settings.stateFolder === undefined ? {} : { azurites: undefined };
  return startEmulator({
    stateFolder: mkdtempSync(join(tmpdir(), "emulator-")),
    // One authority for a process: two of one name would be taken for each other by tests that connect in it.
    certificatesFolder: join(tmpdir(), `faults-certificates-${process.pid}`),
    ...own,
    ...settings,
  });
}

/** The workspace of the emulator, as declaration files name it. */
export const workspaceLine =
  "workspace: { subscription_id: 33333333-3333-4333-8333-333333333333, resource_group: rg-ml, name: mlw-main }\n";

/**
 * One emulator for all tests of the file or describe block in which this is called. Before each test its journal and its
 * faults are cleared, and its workspace is emptied.
 *
 * @param keeps true where each test goes on with what the one before it left in the workspace.
 */
export function useEmulator(settings: Settings = {}, { keeps = false } = {}): Emulator {
  let started: Emulator | undefined;
  beforeAll(async () => {
    started = await newEmulator(settings);
  });
  afterAll(() => started?.stop());
  beforeEach(() => {
    if (!keeps) started?.empty();
    started?.faults.clear();
    started?.clearJournal();
  });
  return onceStarted("The emulator starts", () => started);
}
