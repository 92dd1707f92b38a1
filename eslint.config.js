import tseslint from "typescript-eslint";

/** What may touch the network, the clock, the environment and the runner; everything else is pure. */
const edges = ["src/azure/**", "src/github/**", "src/start.ts", "src/main.ts", "src/post.ts", "src/inputs.ts"];
/** What runs jobs and reads files on the runner. */
const machine = ["src/run/on-runner/**", "src/yaml/files.ts", "src/publish/**"];

const restrictedGlobals = [
  { name: "fetch", message: "Network belongs to src/azure and src/github." },
  { name: "setTimeout", message: "Take a Clock." },
  { name: "setInterval", message: "Take a Clock." },
];
const restrictedProperties = [
  {
    object: "process",
    property: "env",
    message: "The environment is read in src/inputs.ts and the entries, and handed on.",
  },
  { object: "Date", property: "now", message: "Take a Clock." },
  { object: "Math", property: "random", message: "Take it as a parameter." },
];

export default tseslint.config(
  { ignores: ["dist/", "build/", "node_modules/", ".demo/", ".emulator/", ".tools/", "coverage/"] },
  ...tseslint.configs.recommendedTypeChecked,
  {
    files: ["**/*.ts"],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      "@typescript-eslint/no-floating-promises": "error",
      "@typescript-eslint/no-misused-promises": "error",
      "@typescript-eslint/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/no-unused-vars": [
        "error",
        { argsIgnorePattern: "^_", varsIgnorePattern: "^_", destructuredArrayIgnorePattern: "^_" },
      ],
      "@typescript-eslint/require-await": "off",
      "no-restricted-syntax": ["error", { selector: "ExportDefaultDeclaration", message: "Export by name." }],
      eqeqeq: "error",
    },
  },
  {
    files: ["src/**/*.ts"],
    rules: {
      "no-restricted-imports": [
        "error",
        { patterns: [{ group: ["**/emulator/**", "**/demo/**"], message: "Nothing in src may know the emulator." }] },
      ],
    },
  },
  {
    files: ["src/**/*.ts"],
    ignores: [...edges, ...machine],
    rules: {
      "no-restricted-globals": ["error", ...restrictedGlobals],
      "no-restricted-properties": ["error", ...restrictedProperties],
      "no-restricted-imports": [
        "error",
        {
          patterns: [
            { group: ["@actions/*"], message: "The runner is reached through src/github." },
            { group: ["@azure/*"], message: "Azure is reached through src/azure." },
            {
              group: ["node:http", "node:https", "node:net", "node:child_process", "node:timers/promises"],
              message: "Only the edges touch the world.",
            },
            { group: ["**/emulator/**", "**/demo/**"], message: "Nothing in src may know the emulator." },
          ],
        },
      ],
    },
  },
  {
    files: ["src/report/**/*.ts", "src/plan/**/*.ts"],
    rules: {
      "no-restricted-imports": [
        "error",
        {
          patterns: [
            {
              group: ["node:*", "@actions/*", "@azure/*", "**/emulator/**"],
              message: "Plans and reports are values made of values.",
            },
          ],
        },
      ],
    },
  },
  {
    files: ["src/report/render/**/*.ts"],
    rules: {
      "no-restricted-imports": [
        "error",
        {
          patterns: [
            {
              group: ["node:*", "@actions/*", "@azure/*", "**/emulator/**"],
              message: "Plans and reports are values made of values.",
            },
            {
              group: ["**/result.ts", "**/wording.ts", "**/sections/**"],
              message: "A renderer knows blocks, and not what they mean.",
            },
          ],
        },
      ],
    },
  },
  {
    files: ["src/report/*.ts", "src/report/sections/*.ts"],
    rules: {
      "no-restricted-imports": [
        "error",
        {
          patterns: [
            {
              group: ["node:*", "@actions/*", "@azure/*", "**/emulator/**"],
              message: "Plans and reports are values made of values.",
            },
            { group: ["**/render/**"], message: "What is said does not depend on the form. Renderers alone escape." },
            {
              group: ["**/run/**", "**/attach/**", "**/permissions/**", "**/commands/**", "**/publish/**"],
              message: "The report owns its types.",
            },
          ],
        },
      ],
    },
  },
  // The emulator reads bodies of anybody's making; what is no text there shows up as such in its answer.
  { files: ["emulator/**/*.ts"], rules: { "@typescript-eslint/no-base-to-string": "off" } },
  { files: ["**/*.js"], extends: [tseslint.configs.disableTypeChecked] },
  { files: ["eslint.config.js", "jest.config.js", "scripts/strip-types.js"], rules: { "no-restricted-syntax": "off" } },
);
