import { posix } from "node:path";
import { versionText } from "../../asset/version.ts";
import { namedPath } from "../../yaml/named-path.ts";
import type { NodePath } from "../../yaml/source.ts";
import { defaultImages } from "../parts/environment.ts";
import { carryOver, notCarriedOver, sourceFolder, type RunConfigurationReader } from "./reader.ts";
import { environmentSchema, unusedIn, type RunConfigurationEnvironment } from "./shape.ts";

const at = (...keys: readonly string[]): NodePath => ["environment", ...keys];

/** The name that the SDK gives to an environment that was given none. */
const defaultName = "default-environment";

/** The environment of the run, and the variables of both places; those beside it go before those inside. */
export function readEnvironment(reader: RunConfigurationReader): void {
  const { value } = reader;
  const environment = typeof value.environment === "object" && value.environment !== null ? value.environment : {};
  const isReference = readReference(environment, reader);
  if (!isReference) readDefinition(environment, reader);
  const variables = [
    { variables: environment.environmentVariables ?? {}, from: at("environmentVariables") },
    { variables: value.environmentVariables ?? {}, from: ["environmentVariables"] },
  ];
  for (const { variables: declared, from } of variables)
    for (const [name, text] of Object.entries(declared))
      carryOver(reader, ["environment_variables", name], text, [...from, name]);
}

/** A name and a version, and nothing else that says anything: an environment of the workspace. */
function readReference(environment: RunConfigurationEnvironment, reader: RunConfigurationReader): boolean {
  const { node, add } = reader;
  const { name, version } = environment;
  const saysMore = saysWhatItIs(environment);
  if (version === undefined || version === null) {
    if (!saysMore && typeof name === "string" && name !== defaultName && name !== "")
      notCarriedOver(
        add,
        at("name"),
        "without a version it refers to nothing, so that the run has Azure ML's default CPU image and no packages.",
        "Add version, or say what is in it.",
      );
    return false;
  }
  if (typeof name !== "string" || name === "") {
    add("missing-key", at(), "The environment has a version and no name.", "Add name.");
    return false;
  }
  if (saysMore) {
    notCarriedOver(
      add,
      at("version"),
      "the environment is made of what else is said of it, without a name.",
      "Leave only name and version to refer to one of the workspace.",
    );
    return false;
  }
  const text = versionText(version, { ...node, path: [...node.path, ...at()] });
  carryOver(reader, ["environment"], `azureml:${name}:${text ?? ""}`, at("version"));
  return true;
}

function saysWhatItIs(environment: RunConfigurationEnvironment): boolean {
  const { python, docker } = environment;
  const isGiven = [
    python?.condaDependenciesFile,
    python?.condaDependencies,
    docker?.baseImage,
    docker?.baseDockerfile,
    docker?.buildContext,
  ].some((one) => one !== undefined && one !== null && one !== "");
  return isGiven || python?.userManagedDependencies === true || unusedIn(environmentSchema(), environment).length > 0;
}

function readDefinition({ python, docker }: RunConfigurationEnvironment, reader: RunConfigurationReader): void {
  const { add } = reader;
  readImage(docker, reader);
  const file = python?.condaDependenciesFile ?? undefined;
  const own = python?.condaDependencies ?? undefined;
  // The SDK saves the packages too of an environment that it does not manage, and leaves them out.
  if (python?.userManagedDependencies === true) return;
  if (file !== undefined && file !== "") {
    carryOver(reader, ["environment", "conda_file"], besideOrIn(file, reader), at("python", "condaDependenciesFile"));
    if (own !== undefined)
      notCarriedOver(
        add,
        at("python", "condaDependencies"),
        "condaDependenciesFile takes precedence.",
        "Keep one of the two.",
      );
  } else if (own !== undefined) {
    carryOver(reader, ["environment", "conda_file"], own, at("python", "condaDependencies"));
  }
}

/** The SDK looks for a path from the source folder; where a file is named by itself, from that file's own. */
function besideOrIn(path: string, { node: { document } }: RunConfigurationReader): string {
  const own = posix.basename(posix.dirname(document.file));
  const isMissing = namedPath(path, document).is === "missing";
  const inOwn = posix.join(own, path);
  return isMissing && document.shownFolder !== undefined && namedPath(inOwn, document).is === "file" ? inOwn : path;
}

function readImage(docker: RunConfigurationEnvironment["docker"], reader: RunConfigurationReader): void {
  const { node, job, add } = reader;
  const image = docker?.baseImage ?? "";
  const dockerfile = docker?.baseDockerfile ?? "";
  if (image !== "") carryOver(reader, ["environment", "image"], image, at("docker", "baseImage"));
  if (dockerfile !== "") readDockerfile(dockerfile, reader);
  const context = docker?.buildContext ?? undefined;
  if (context !== undefined)
    add(
      "not-carried-over",
      at("docker", "buildContext"),
      "environment.docker.buildContext is not carried over, and the run would have another environment.",
      "Name the Dockerfile by baseDockerfile, with its context beside it; or write an az ml job with environment.build.",
    );
  if (image === "" && dockerfile === "" && context === undefined)
    job.put(["environment", "image"], defaultImages.cpu, { ...node, path: [...node.path, ...at()] });
}

/** The path of a Dockerfile is a build context; its text would have to be a file. */
function readDockerfile(dockerfile: string, reader: RunConfigurationReader): void {
  const { node, add } = reader;
  const from = at("docker", "baseDockerfile");
  if (/\n|^\s*(?:FROM|ARG|#)\b/i.test(dockerfile)) {
    add(
      "not-carried-over",
      from,
      "The text of a Dockerfile is not carried over, and the run would have another environment.",
      "Write it to a file of the repository, and name that file here.",
    );
    return;
  }
  const path = besideOrIn(dockerfile, reader);
  const { is } = namedPath(path, node.document);
  if (is !== "file") {
    add(
      is === "outside" ? "outside" : "missing-file",
      from,
      `The Dockerfile ${JSON.stringify(dockerfile)} ${is === "outside" ? "is outside the checkout" : "does not exist"}.`,
      `Fix the path; it is relative to ${sourceFolder(node.document)}.`,
    );
    return;
  }
  const build = { path: posix.dirname(path), dockerfile_path: posix.basename(path) };
  carryOver(reader, ["environment", "build"], build, from);
}
