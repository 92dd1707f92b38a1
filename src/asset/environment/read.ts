import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import { keepInside, leadsOutside, namedPath, rootOf } from "../../yaml/named-path.ts";
import type { ProblemCode } from "../../yaml/problem-codes.ts";
import type { Problem } from "../../yaml/problem.ts";
import { checkShape } from "../../yaml/shape.ts";
import { positionOf, shownPath, type NodePath, type SourceNode } from "../../yaml/source.ts";
import { readDocuments } from "../../yaml/yaml.ts";
import { fileEntries, messageOf } from "./conda-files.ts";
import { condaText } from "./conda-text.ts";
import { checkUpload } from "../upload/check.ts";
import { listData } from "../upload/local-upload.ts";
import type { NamedAsset } from "../kind.ts";
import { versionText } from "../version.ts";
import type { BuildContext, CondaSpecification, EnvironmentDefinition } from "./definition.ts";
import { environmentSchema, type DeclaredEnvironment } from "./shape.ts";

type Add = (code: ProblemCode, path: NodePath, message: string, fix: string, severity?: Problem["severity"]) => void;

/** An az ml environment file: the environment, or every problem at its place. */
export function readEnvironmentAsset(node: SourceNode): {
  readonly asset?: NamedAsset<EnvironmentDefinition>;
  readonly problems: readonly Problem[];
} {
  const { value, problems: wrongShape } = checkShape(environmentSchema, node);
  if (value === undefined) return { problems: wrongShape };
  const problems: Problem[] = [];
  const add = adder(problems, node);
  const definition = readDefinition(value, node, {}, problems);
  const version = versionText(value.version, node);
  if (value.name === undefined) add("missing-key", [], 'The key "name" is missing.', "Add name.");
  else if (!/^[a-zA-Z0-9][a-zA-Z0-9._-]{0,254}$/.test(value.name)) {
    add(
      "illegal-name",
      ["name"],
      `${JSON.stringify(value.name)} is not a valid environment name.`,
      "Use letters, digits, dots, dashes and underscores, starting with a letter or digit; at most 255 characters.",
    );
  }
  if (version !== undefined && /[/?#\s]/.test(version)) {
    add(
      "illegal-version",
      ["version"],
      `${JSON.stringify(version)} is not a valid version.`,
      "Use letters, digits, dots, dashes and underscores.",
    );
  }
  if (definition === undefined || value.name === undefined) return { problems };
  return {
    asset: { source: node, name: value.name, ...(version === undefined ? {} : { version }), definition },
    problems,
  };
}

/**
 * An environment that a job defines itself; a name is accepted and ignored, as the official client does.
 *
 * @param fallback image, and conda specification, of an inline run that leaves them out.
 */
export function readInlineEnvironment(
  node: SourceNode,
  fallback: { readonly image?: string; readonly conda?: CondaSpecification },
): { readonly definition?: EnvironmentDefinition; readonly problems: readonly Problem[] } {
  const { value, problems: wrongShape } = checkShape(environmentSchema, node);
  if (value === undefined) return { problems: wrongShape };
  const problems: Problem[] = [];
  const definition = readDefinition(value, node, fallback, problems);
  if (value.name !== undefined) {
    problems.push({
      code: "unused-name",
      severity: "notice",
      where: positionOf(node, ["name"]),
      message: `The name ${JSON.stringify(value.name)} is ignored: an environment inside a job is anonymous, as with az ml.`,
      fix: "Leave it out, or declare the environment in a file of its own and refer to it.",
    });
  }
  return { ...(definition === undefined ? {} : { definition }), problems };
}

function adder(problems: Problem[], node: SourceNode): Add {
  return (code, path, message, fix, severity = "error") =>
    problems.push({ code, severity, where: positionOf(node, path), message, fix });
}

function readDefinition(
  value: DeclaredEnvironment,
  node: SourceNode,
  fallback: { readonly image?: string; readonly conda?: CondaSpecification },
  problems: Problem[],
): EnvironmentDefinition | undefined {
  const add = adder(problems, node);
  const build = value.build === undefined ? undefined : readBuild(value.build, node, add);
  const image = value.image ?? (value.build === undefined ? fallback.image : undefined);
  if (value.image !== undefined && value.build !== undefined) {
    add("image-and-build", ["build"], "The environment has both image and build.", "Keep one of the two.");
  } else if (value.build === undefined && (image ?? "") === "") {
    add("missing-key", [], "The environment has neither image nor build.", "Add image.");
    return undefined;
  }
  if (value.build !== undefined && build === undefined) return undefined;
  for (const [key, tag] of Object.entries(value.tags ?? {})) {
    if (typeof tag === "number" && !Number.isFinite(tag))
      add("wrong-value", ["tags", key], "This number cannot be sent.", "Put it in quotes.");
  }
  const conda =
    readConda(value, node, problems) ??
    (fallback.conda && { conda: fallback.conda, condaFile: condaText(fallback.conda) });
  const { inference_config: inference } = value;
  return {
    tags: value.tags ?? {},
    ...(value.description === undefined ? {} : { description: value.description }),
    ...(image === undefined ? {} : { image }),
    ...(build === undefined ? {} : { build }),
    ...conda,
    ...(value.os_type === undefined ? {} : { osType: value.os_type }),
    ...(inference === undefined
      ? {}
      : {
          inferenceConfig: {
            livenessRoute: inference.liveness_route,
            readinessRoute: inference.readiness_route,
            scoringRoute: inference.scoring_route,
          },
        }),
    ...(value.datastore === undefined ? {} : { datastore: value.datastore.replace(/^azureml:/, "") }),
  };
}

function readBuild(
  { path, dockerfile_path: dockerfile }: NonNullable<DeclaredEnvironment["build"]>,
  node: SourceNode,
  add: Add,
): BuildContext | undefined {
  const rest = dockerfile === undefined ? {} : { dockerfilePath: dockerfile };
  if (path === undefined) {
    add("missing-key", ["build"], 'The key "path" is missing.', "Add path: the folder of the build context.");
    return undefined;
  }
  if (/^(https?|ftp):\/\//i.test(path)) return { ...rest, context: { from: "address", url: path } };
  const { path: folder, is } = namedPath(path, node.document);
  const what = `The build context ${JSON.stringify(path)}`;
  const at = ["build", "path"];
  if (is === "outside") {
    add("outside", at, `${what} ${leadsOutside}.`, keepInside);
    return undefined;
  }
  if (is === "missing") {
    add("missing-file", at, `${what} does not exist.`, "Fix the path; it is relative to this file.");
    return undefined;
  }
  const root = rootOf(node.document);
  checkUpload(
    what,
    () => listData(folder, root),
    (code, message, fix, severity) => add(code, at, message, fix, severity),
  );
  return { ...rest, context: { from: "local", path, folder, root } };
}

function readConda(
  { conda_file: conda }: DeclaredEnvironment,
  node: SourceNode,
  problems: Problem[],
): Pick<EnvironmentDefinition, "conda" | "condaFile"> | undefined {
  if (conda === undefined) return undefined;
  const at = ["conda_file"];
  const add = adder(problems, node);
  if (typeof conda !== "string") {
    problems.push(...fileWarnings(conda, { ...node, path: [...node.path, ...at] }));
    const textAt = (path: NodePath) => node.document.textAt?.([...node.path, ...at, ...path]);
    return { conda, condaFile: condaText(conda, textAt) };
  }
  const { path, is } = namedPath(conda, node.document);
  if (is === "outside") {
    add("outside", at, `The conda file ${JSON.stringify(conda)} ${leadsOutside}.`, keepInside);
    return undefined;
  }
  if (is !== "file") {
    add(
      "missing-file",
      at,
      `The conda file ${JSON.stringify(conda)} does not exist.`,
      "Fix the path; it is relative to this file.",
    );
    return undefined;
  }
  const file = shownPath(node.document, conda);
  const read = readDocuments(readFileSync(path, "utf8"), { file, folder: dirname(path) });
  const document = read.documents[0];
  const specification = document?.value;
  if (
    read.problems.length > 0 ||
    document === undefined ||
    typeof specification !== "object" ||
    specification === null ||
    Array.isArray(specification)
  ) {
    add(
      "wrong-conda-file",
      at,
      `The conda file ${JSON.stringify(conda)} is not a YAML mapping.`,
      read.problems[0]?.message ?? "Write channels and dependencies.",
    );
    return undefined;
  }
  const found = specification as CondaSpecification;
  problems.push(...fileWarnings(found, { document, path: [] }));
  return { conda: found, condaFile: condaText(found, document.textAt) };
}

/** At the lines of the specification itself. */
function fileWarnings(specification: CondaSpecification, node: SourceNode): readonly Problem[] {
  return fileEntries(specification).map((entry) => ({
    code: "needs-files",
    severity: "warning",
    where: positionOf(node, entry.path),
    ...messageOf(entry),
  }));
}
