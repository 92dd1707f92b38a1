/**
 * The layers of `src/`, the lowest first: a file imports from its own layer and from lower ones, types included, because
 * what a type ties together has to be understood together.
 */
const layers = {
  "the clock and pauses, the version, Retry-After, canonical JSON, sizes":
    "^src/(clock|pause|version|retry-after|canonical-json|size-text)\\.ts$",
  yaml: "^src/yaml/",
  secret: "^src/secret/",
  azure: "^src/azure/",
  // Beside azure: neither knows the other.
  github: "^src/github/",
  compute: "^src/compute/",
  asset: "^src/asset/",
  job: "^src/job/",
  deployment: "^src/deployment/",
  report: "^src/report/",
  // A reader of the environment that knows only the names of the commands: publish and commands are given its values.
  inputs: "^src/inputs\\.ts$",
  run: "^src/run/",
  release: "^src/release/",
  declaration: "^src/declaration/",
  // Never loaded by the action: the JSON Schemas are written by a script.
  "json-schema": "^src/json-schema/",
  permissions: "^src/permissions/",
  plan: "^src/plan/",
  attach: "^src/attach/",
  doctor: "^src/doctor/",
  publish: "^src/publish/",
  commands: "^src/commands/",
  "the entries": "^src/((identity|create-context|main|post|start)\\.ts$|command-line/)",
};

const paths = Object.values(layers);

const noImportUpwards = Object.entries(layers)
  .map(([layer, path], index) => ({
    name: `${layer}: no import upwards`,
    severity: "error",
    from: { path },
    to: { path: paths.slice(index + 1) },
  }))
  .slice(0, -1);

/** `up` is made of `train`; run-command loads all of them. */
const verbs = "^src/commands/(validate|plan|apply|train|deploy|detach|doctor|up)\\.ts$";

export default {
  forbidden: [
    ...noImportUpwards,
    {
      name: "every file of src has a layer",
      severity: "error",
      from: { path: "^src/", pathNot: paths },
      to: {},
    },
    {
      name: "azure and github stand side by side",
      severity: "error",
      from: { path: layers.github },
      to: { path: layers.azure },
    },
    { name: "no circle", severity: "error", from: {}, to: { circular: true } },
    {
      name: "no verb imports another",
      severity: "error",
      from: { path: verbs, pathNot: "^src/commands/up\\.ts$" },
      to: { path: verbs },
    },
    {
      name: "src knows nothing of what tests or shows it",
      severity: "error",
      from: { path: "^src/" },
      to: { path: "^(emulator|demo|scripts|bench|__tests__)/" },
    },
    {
      // The emulator must not agree with the action's mistakes. Both run a job's command in the same environment, though.
      name: "the emulator knows nothing of the action but how it runs a job on the runner",
      severity: "error",
      from: { path: "^emulator/" },
      to: { path: "^src/", pathNot: "^src/run/on-runner/" },
    },
    { name: "everything imported is there", severity: "error", from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    tsConfig: { fileName: "tsconfig.json" },
    // Imports of types count.
    tsPreCompilationDeps: true,
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^(dist|build)/" },
  },
};
