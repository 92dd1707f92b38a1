import { TestEnvironment } from "jest-environment-node";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { takeCoverage } from "node:v8";

/** One machine for the steps of all test files of a worker: the first of them compiles the action for the others. */
const toolCache = mkdtempSync(join(tmpdir(), "tools-"));

let azurites;

/** With an Azurite that an emulator of an earlier test has given back, if there is one. */
async function startEmulator(options) {
  const { startEmulator: start } = await import("../../emulator/emulator.ts");
  azurites ??= (await import("../../emulator/azurite.ts")).reusedAzurites();
  return start({ azurites, ...options });
}

/** What looks at every pixel: in the context of a test, where each use of a global is intercepted, that takes minutes. */
const pictures = () => import("../pictures/compare.ts");

/**
 * jest's environment of Node, with what would be made anew for every test file. The emulator is loaded by Node itself, once
 * for a worker: jest would load the five hundred files of it and of its libraries each time.
 */
export default class extends TestEnvironment {
  async setup() {
    await super.setup();
    this.global.perWorker = { toolCache, startEmulator, pictures };
  }

  async teardown() {
    // `npm run coverage`: what V8 has counted in this file's modules is gone with them.
    if (process.env.NODE_V8_COVERAGE !== undefined) takeCoverage();
    await super.teardown();
  }
}
