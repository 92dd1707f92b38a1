import { succeeded, type Outcome } from "../azure/outcome.ts";
import type { RunArtifact, RunHistory } from "../azure/run-history.ts";
import type { JobStep } from "../job/kind.ts";
import { matchesName, type Glob, type GlobPart } from "../yaml/glob.ts";
import { deepest, runOfStep, stepNameOf } from "./children.ts";
import { namedOutputs, type OutputDeps, type RunFile } from "./named-outputs.ts";

export type RunFilesDeps = OutputDeps & {
  readonly runHistory: RunHistory;
  /** Of a pipeline whose steps are known. */
  readonly steps?: readonly JobStep[];
};

type Pattern = readonly GlobPart[];

/** What paths of named outputs, and of the runs of steps, begin with. */
const [outputsFolder, stepsFolder] = ["named-outputs", "jobs"];

/**
 * The files of a run that globs may mean: its artifacts by their own paths, its named outputs as `named-outputs/NAME/…`, and
 * the same of a pipeline's steps as `jobs/STEP/…`. Outputs and steps are looked at only for patterns that begin with these
 * words: `**` stays with the run's own artifacts.
 */
export async function listRunFiles(
  run: string,
  globs: readonly Glob[],
  deps: RunFilesDeps,
): Promise<Outcome<readonly RunFile[]>> {
  const found = await filesOf(run, globs.flat(), deps, 0);
  return found.ok ? succeeded([...found.value.values()]) : found;
}

async function filesOf(
  run: string,
  patterns: readonly Pattern[],
  deps: RunFilesDeps,
  depth: number,
): Promise<Outcome<ReadonlyMap<string, RunFile>>> {
  const artifacts = await artifactsOf(run, foldersOf(patterns), deps);
  if (!artifacts.ok) return artifacts;
  const files = new Map(artifacts.value.map((file) => [file.path, file]));
  const ofOutputs = after(outputsFolder, patterns);
  if (ofOutputs.length > 0) {
    const outputs = await namedOutputs(run, firstNames(ofOutputs), deps);
    if (!outputs.ok) return outputs;
    for (const output of outputs.value) {
      if (inside(output.name, ofOutputs).length === 0) continue;
      const listed = await output.files();
      if (!listed.ok) return listed;
      for (const { path, fetch } of listed.value) {
        const whole = `${outputsFolder}/${output.name}/${path}`;
        files.set(whole, { path: whole, fetch });
      }
    }
  }
  const ofSteps = depth < deepest ? after(stepsFolder, patterns) : [];
  if (ofSteps.length > 0) {
    const steps = await stepsOf(run, deps);
    if (!steps.ok) return steps;
    for (const [step, stepRun] of steps.value) {
      const rest = inside(step, ofSteps);
      if (rest.length === 0) continue;
      const { steps: _, ...deeper } = deps;
      const below = await filesOf(stepRun, rest, deeper, depth + 1);
      if (!below.ok) return below;
      for (const { path, fetch } of below.value.values()) {
        const whole = `${stepsFolder}/${step}/${path}`;
        files.set(whole, { path: whole, fetch });
      }
    }
  }
  return succeeded(files);
}

/** What a run has that the patterns might have meant, to be named where they meant nothing. */
export async function whatThereIs(
  run: string,
  patterns: readonly string[],
  deps: RunFilesDeps,
): Promise<Outcome<readonly string[]>> {
  const names: string[] = [];
  if (patterns.some((pattern) => pattern.startsWith(`${outputsFolder}/`))) {
    const outputs = await namedOutputs(run, [], deps);
    if (!outputs.ok) return outputs;
    names.push(...outputs.value.map(({ name }) => `${outputsFolder}/${name}/`));
  }
  if (patterns.some((pattern) => pattern.startsWith(`${stepsFolder}/`))) {
    const steps = await stepsOf(run, deps);
    if (!steps.ok) return steps;
    names.push(...[...steps.value.keys()].map((step) => `${stepsFolder}/${step}/`));
  }
  const artifacts = await artifactsOf(run, [""], deps);
  return artifacts.ok ? succeeded([...names, ...artifacts.value.map(({ path }) => path)]) : artifacts;
}

/** The run of each step, by the step's name: the newest one where there are several. */
async function stepsOf(
  run: string,
  { runHistory, steps }: RunFilesDeps,
): Promise<Outcome<ReadonlyMap<string, string>>> {
  const children = await runHistory.children(run);
  if (!children.ok) return children;
  const named = children.value.map((child) => [stepNameOf(child, steps), runOfStep(child)] as const);
  return succeeded(new Map(named.filter(([name]) => isOneName(name))));
}

function isOneName(name: string): boolean {
  return name !== "" && !/^\.\.?$|[/\\]/.test(name);
}

/** The rests of the patterns that begin with a folder of this name. */
function after(folder: string, patterns: readonly Pattern[]): readonly Pattern[] {
  return patterns.flatMap(([first, ...rest]) =>
    first !== undefined && first !== "**" && first.literal === folder && rest.length > 0 ? [rest] : [],
  );
}

/** The rests of the patterns that mean something inside a folder. */
function inside(name: string, patterns: readonly Pattern[]): readonly Pattern[] {
  return patterns.flatMap((pattern): readonly Pattern[] => {
    const [first, ...rest] = pattern;
    if (first === undefined) return [];
    if (first === "**") return name.startsWith(".") ? [] : [pattern];
    return rest.length > 0 && matchesName(first, name) ? [rest] : [];
  });
}

function firstNames(patterns: readonly Pattern[]): readonly string[] {
  return patterns.flatMap(([first]) =>
    first === undefined || first === "**" || first.literal === undefined ? [] : [first.literal],
  );
}

/** The folders that patterns begin with; `""` where one may mean anything. None is below another. */
function foldersOf(patterns: readonly Pattern[]): readonly string[] {
  const folders = patterns.map((parts) => {
    const names: string[] = [];
    for (const part of parts.slice(0, -1)) {
      if (part === "**" || part.literal === undefined) break;
      names.push(part.literal);
    }
    return names.join("/");
  });
  const isBelow = (one: string, other: string) => other === "" || one === other || one.startsWith(`${other}/`);
  return [...new Set(folders)].filter((one, _, all) => !all.some((other) => other !== one && isBelow(one, other)));
}

async function artifactsOf(
  run: string,
  folders: readonly string[],
  { runHistory, blobs }: RunFilesDeps,
): Promise<Outcome<readonly RunFile[]>> {
  const found = new Map<string, RunArtifact>();
  for (const folder of folders) {
    const listed = await runHistory.artifacts(run, folder);
    if (!listed.ok) return listed;
    for (const artifact of listed.value) found.set(artifact.path, artifact);
  }
  const files = [...found.values()].map(({ path, url }): RunFile => ({
    path,
    fetch: async (to) => {
      const renew = () => runHistory.artifactUrl(run, path);
      const address = url === undefined ? await renew() : succeeded(url);
      return address.ok ? blobs.download(address.value, to, { renew }) : address;
    },
  }));
  return succeeded(files);
}
