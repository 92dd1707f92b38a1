/** ES modules as they stand: jest only strips the types. Node 24 comes first on the path of npm's scripts. */
export default {
  testEnvironment: "node",
  testMatch: ["<rootDir>/__tests__/**/*.test.ts"],
  extensionsToTreatAsEsm: [".ts"],
  transform: { "^.+\\.ts$": "<rootDir>/scripts/strip-types.js" },
  modulePathIgnorePatterns: ["<rootDir>/build/", "<rootDir>/dist/", "<rootDir>/.demo/", "<rootDir>/.emulator/"],
  testTimeout: 60_000,
};
