import { afterAll, beforeAll, beforeEach } from "@jest/globals";
import type { ComputeDocument } from "../../emulator/arm/computes/document.ts";
import { openStands, type Stand, type StandOptions } from "../faults/stand.ts";
import { onceStarted } from "./once-started.ts";

/** One stand for all tests of a file, put into this state before each. */
export function useStand(computes: readonly ComputeDocument[] = [], options: StandOptions = {}): Stand {
  let opened: Stand | undefined;
  beforeAll(async () => {
    [opened] = await openStands(1, options);
  });
  afterAll(async () => {
    await opened?.[Symbol.asyncDispose]();
  });
  beforeEach(() => opened?.restore(computes));
  return onceStarted("The stand opens", () => opened);
}
