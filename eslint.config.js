import tseslint from "typescript-eslint";

/** What may touch the network, the clock, the environment and the runner; everything else is pure. */
const edges = [
  "src/azure/**",
  "src/github/**",
  "src/start.ts",
  "src/main.ts",
  "src/create-context.ts",
  "src/post.ts",
  "src/inputs.ts",
  "src/command-line/process.ts",
];
/** What starts processes on the runner. The clock, the environment and randomness are handed to it like to everything else. */
const machine = ["src/run/on-runner/**/*.ts", "src/release/on-runner/**/*.ts"];

const restrictedGlobals = [
  { name: "fetch", message: "Network belongs to src/azure and src/github." },
  { name: "setTimeout", message: "Take a Clock." },
  { name: "setInterval", message: "Take a Clock." },
  { name: "performance", message: "Take a Clock." },
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
const exportByName = { selector: "ExportDefaultDeclaration", message: "Export by name." };
const noOwnTime = { selector: "NewExpression[callee.name='Date'][arguments.length=0]", message: "Take a Clock." };

const noActions = { group: ["@actions/*"], message: "The runner is reached through src/github." };
const noAzure = { group: ["@azure/*"], message: "Azure is reached through src/azure." };
const network = ["node:http", "node:https", "node:http2", "node:net", "node:tls", "node:dns", "undici"];
const noNetwork = { group: [...network, "node:timers", "node:timers/*"], message: "Only the edges touch the world." };
const noProcesses = {
  group: ["node:child_process"],
  message: "Processes are started in src/run/on-runner and src/release/on-runner.",
};

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
      "no-restricted-syntax": ["error", exportByName],
      eqeqeq: "error",
    },
  },
  // What imports what between the folders is held by .dependency-cruiser.js.
  {
    files: ["src/**/*.ts"],
    ignores: edges,
    rules: {
      "no-restricted-globals": ["error", ...restrictedGlobals],
      "no-restricted-properties": ["error", ...restrictedProperties],
      "no-restricted-syntax": ["error", exportByName, noOwnTime],
      "no-restricted-imports": ["error", { patterns: [noActions, noAzure, noNetwork, noProcesses] }],
    },
  },
  {
    files: machine,
    rules: { "no-restricted-imports": ["error", { patterns: [noActions, noAzure, noNetwork] }] },
  },
  {
    files: ["src/report/**/*.ts", "src/plan/**/*.ts"],
    rules: {
      "no-restricted-imports": [
        "error",
        {
          patterns: [
            {
              group: ["node:*", "@actions/*", "@azure/*"],
              message: "Plans and reports are values made of values.",
            },
          ],
        },
      ],
    },
  },
  // A function fits on two screens, and a file is read in one sitting.
  {
    files: ["src/**/*.ts", "emulator/**/*.ts"],
    rules: {
      "max-lines-per-function": ["error", { max: 120, skipBlankLines: true, skipComments: true }],
      "max-lines": ["error", { max: 400, skipBlankLines: true, skipComments: true }],
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
  // The emulator reads bodies that anybody may have written; what is not a text there shows up as such in its answer.
  { files: ["emulator/**/*.ts"], rules: { "@typescript-eslint/no-base-to-string": "off" } },
  { files: ["**/*.{js,cjs}"], extends: [tseslint.configs.disableTypeChecked] },
  {
    files: ["eslint.config.js", "jest.config.js", ".dependency-cruiser.js", "scripts/strip-types.js"],
    rules: { "no-restricted-syntax": "off" },
  },
);
