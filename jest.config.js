import { availableParallelism } from "node:os";

/** ES modules as they stand: jest only strips the types. Node 24 comes first on the path of npm's scripts. */
export default {
  testEnvironment: "<rootDir>/__tests__/support/environment.js",
  testSequencer: "<rootDir>/__tests__/support/sequencer.js",
  testMatch: ["<rootDir>/__tests__/**/*.test.ts"],
  extensionsToTreatAsEsm: [".ts"],
  transform: { "^.+\\.ts$": "<rootDir>/scripts/strip-types.js" },
  modulePathIgnorePatterns: ["<rootDir>/build/", "<rootDir>/dist/", "<rootDir>/.demo/", "<rootDir>/.emulator/"],
  // Most of what the tests wait for is the emulator and the processes of the action, not this process.
  maxWorkers: Math.ceil(2.5 * availableParallelism()),
  testTimeout: 60_000,
};
