import { readFile } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { lookAt, mayDeclare, type FoundFile } from "../../declaration/find-declarations.ts";
import type { DocumentKind } from "../../declaration/document-kind.ts";
import { firstSdkPlace } from "../../yaml/first-sdk-place.ts";
import { isMapping } from "../../yaml/wording.ts";
import { comment, fileText, indented, workspaceLines, yamlLines, type KnownWorkspace } from "./text.ts";

/** What a repository declares already, in files of az ml and of the first SDK. */
export type DeclaredFolderText = {
  readonly text: string;
  readonly targets: number;
  readonly jobs: number;
  readonly deployed: number;
};

type Is = DocumentKind["is"];
const runKinds: readonly Is[] = ["job", "run-configuration", "aml-run"];
const deployKinds: readonly Is[] = ["deploy-document", "deploy-mapping", "deploy-json"];

/**
 * A declaration that refers by path to the compute, job, endpoint and deployment files of a folder.
 *
 * @param folder absolute.
 * @param output absolute; paths are relative to its folder.
 */
export async function declareFolder(
  folder: string,
  output: { readonly folder: string; readonly path?: string },
  given: KnownWorkspace,
): Promise<DeclaredFolderText> {
  const found: FoundFile[] = [];
  for (const path of mayDeclare(folder)) {
    const file = path === output.path ? undefined : await lookAt(path, folder, folder);
    if (file?.declares === true) found.push(file);
  }
  const paths = (isOne: (kind: DocumentKind) => boolean) =>
    found.flatMap(({ path, documents }) =>
      documents.some(({ kind }) => isOne(kind)) ? [wayTo(path, output.folder)] : [],
    );
  const targets = paths(({ is }) => is === "target" || is === "compute-json");
  const jobs = paths(({ is }) => runKinds.includes(is));
  const deployed = paths(({ is }) => deployKinds.includes(is));
  const text = fileText("the files of this repository", [
    workspaceLines({ ...(await workspaceOf(folder)), ...withoutEmpty(given) }),
    targets.length === 0 ? [] : ["targets:", ...indented(yamlLines(targets))],
    runLines(jobs),
    deployed.length === 0 ? [] : ["deploy:", ...indented(yamlLines(deployed))],
    assetLines(paths(({ is }) => is === "asset")),
    otherLines(found, output.folder),
  ]);
  return { text, targets: targets.length, jobs: jobs.length, deployed: deployed.length };
}

/** One run is declared; which one of several is not for a program to choose. */
function runLines(jobs: readonly string[]): readonly string[] {
  const [first, ...others] = jobs;
  if (first === undefined) return [];
  if (others.length === 0) return yamlLines({ run: first });
  return [
    ...comment("One job is the run of train and up. Keep one of these lines; the input run names another one:"),
    ...jobs.flatMap((job) => comment(yamlLines({ run: job }).join(" "))),
  ];
}

function assetLines(assets: readonly string[]): readonly string[] {
  if (assets.length === 0) return [];
  return [
    ...comment("Environments, components, data and models are registered when the input config names their files too:"),
    ...assets.flatMap((path) => comment(`- ${path}`)),
  ];
}

/** What no key of a declaration refers to, each with the reason. */
function otherLines(found: readonly FoundFile[], folder: string): readonly string[] {
  const lines = found.flatMap(({ path, documents }) => {
    const file = wayTo(path, folder);
    if (documents.length === 0) return [`- ${file}: it could not be read; azureml-targets validate ${file} says why.`];
    return documents.flatMap(({ kind }) => {
      switch (kind.is) {
        case "declaration":
          return [`- ${file}: it is a declaration of its own.`];
        case "checked-only":
          return [`- ${file}: ${kind.kind.what}, which is only checked.`];
        case "not-supported-yet":
          return [`- ${file}: ${kind.what}, which this version does not use.`];
        default:
          return [];
      }
    });
  });
  return lines.length === 0 ? [] : [...comment("Not referred to:"), ...lines.flatMap(comment)];
}

/** The workspace as the tools of this folder know it: `az configure --scope local`, then the SDKs, then aml-workspace. */
async function workspaceOf(folder: string): Promise<KnownWorkspace> {
  const known: KnownWorkspace[] = [
    await fromAzConfig(join(folder, ".azure", "config")),
    ...(await Promise.all(
      ["config.json", ".azureml/config.json", "aml_config/config.json", firstSdkPlace("workspace.json")].map((file) =>
        fromJson(join(folder, file)),
      ),
    )),
  ];
  return Object.assign({}, ...known.map(withoutEmpty).reverse()) as KnownWorkspace;
}

/** `[defaults]` with `group` and `workspace`, as az ml reads them. */
async function fromAzConfig(path: string): Promise<KnownWorkspace> {
  const [, defaults = ""] = /^\s*\[defaults\]\s*$([^[]*)/m.exec(await textOf(path)) ?? [];
  const value = (key: string) => new RegExp(`^\\s*${key}\\s*=\\s*(\\S.*?)\\s*$`, "m").exec(defaults)?.[1];
  return { subscriptionId: value("subscription"), resourceGroup: value("group"), name: value("workspace") };
}

async function fromJson(path: string): Promise<KnownWorkspace> {
  let value: unknown;
  try {
    value = JSON.parse(await textOf(path));
  } catch {
    return {};
  }
  if (!isMapping(value)) return {};
  const text = (...keys: readonly string[]) =>
    keys.map((key) => value[key]).find((one) => typeof one === "string" && one !== "");
  return {
    subscriptionId: text("subscription_id") as string | undefined,
    resourceGroup: text("resource_group") as string | undefined,
    name: text("workspace_name", "name") as string | undefined,
  };
}

async function textOf(path: string): Promise<string> {
  return readFile(path, "utf8").catch(() => "");
}

function withoutEmpty(known: KnownWorkspace): KnownWorkspace {
  return Object.fromEntries(Object.entries(known).filter(([, value]) => value !== undefined));
}

function wayTo(path: string, folder: string): string {
  return relative(folder, path).split(sep).join("/");
}
