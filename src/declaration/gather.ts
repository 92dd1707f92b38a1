import { placeholderProblems } from "../compute/resource-name.ts";
import { loadFiles } from "../yaml/files.ts";
import { namedPath } from "../yaml/named-path.ts";
import { withoutFaults } from "../yaml/salvage.ts";
import { checkShape } from "../yaml/shape.ts";
import { positionOf, valueAt, type SourceDocument, type SourceNode } from "../yaml/source.ts";
import { declarationSchema, type DeclarationShape } from "./declaration-shape.ts";
import { firstSdkPlace } from "../yaml/first-sdk-place.ts";
import { isDeploy, kindOf } from "./document-kind.ts";
import { chooseAmongMatched, gatherBesideRun, gatherRun, runOf, keepWhole } from "./gather-run.ts";
import { gatherInline, gatherTargets, ofComputeJson } from "./gather-targets.ts";
import type { DeclarationRequest, Gathered } from "./gathered.ts";
import { withLostNesting } from "./lost-nesting.ts";
import { notADeclaration, notSupported, notUsed, problemsOfReading, whySkipped } from "./not-ours.ts";
import { readPrices } from "./prices.ts";
import { isRun } from "./run-document.ts";

/** Finds everything that the inputs name, file by file. */
export async function gather(request: DeclarationRequest): Promise<Gathered> {
  const found: Gathered = {
    workspaces: [],
    targets: [],
    runs: [],
    otherJobs: [],
    assets: [],
    gates: [],
    limits: [],
    retries: [],
    overrides: [],
    runDefaults: [],
    runConfigurations: [],
    prices: [],
    deploys: [],
    otherDeploys: [],
    files: [],
    skipped: [],
    problems: [],
    documents: [],
  };
  const matched: SourceNode[] = [];
  await gatherFiles(request, found, matched);
  if (request.inlineTargets !== undefined) gatherInline(request.inlineTargets, request, found);
  if (request.run !== undefined) {
    found.runs.length = 0;
    await gatherRun(request.run, request.workingDirectory, request, found);
  }
  if (request.deploy !== undefined && request.deploy.length > 0) {
    found.deploys.length = 0;
    const { gatherDeployFiles } = await ofDeploy();
    await gatherDeployFiles(request.deploy, request.workingDirectory, request, found);
  }
  chooseAmongMatched(matched, found);
  await keepWhole(found);
  return found;
}

/** Most declarations deploy nothing. */
const ofDeploy = () => import("./gather-deploy.ts");

async function gatherFiles(request: DeclarationRequest, found: Gathered, matched: SourceNode[]): Promise<void> {
  // The default file may be missing when everything is given inline.
  const given = isGiven(request) || request.optional === true;
  const isDefault = request.config.length === 1 && request.config[0] === defaultConfig;
  const ofFirstSdk = isDefault && !isGiven(request) ? filesOfFirstSdk(request) : [];
  const config = ofFirstSdk.length > 0 ? ofFirstSdk : request.config;
  const { files, problems } = await loadFiles(config, request.workingDirectory, request);
  found.problems.push(...problems.filter(({ code }) => !(given && isDefault && code === "missing-file")));
  for (const read of files) {
    const loaded = request.isListed === true ? { ...read, byGlob: true } : read;
    const { file, byGlob, documents } = loaded;
    const kinds = documents.map((document) => ({ document, kind: kindOf(document) }));
    found.problems.push(...problemsOfReading(loaded));
    if (kinds.every(({ kind }) => kind.is === "unknown")) {
      if (byGlob) found.skipped.push({ file, reason: whySkipped(loaded) });
      else if (loaded.problems.length === 0) found.problems.push(notADeclaration(file, documents[0]));
      continue;
    }
    found.files.push(file);
    found.documents.push(...documents);
    for (const { document, kind } of kinds) {
      if (byGlob && isRun(kind)) matched.push(...(await runOf(document, kind, request, found)));
      else if (byGlob && isDeploy(kind))
        found.otherDeploys.push(...(await (await ofDeploy()).partsOf(document, kind, request, found)));
      else if (byGlob && kind.is === "not-supported-yet") found.problems.push(notUsed(document, kind.what));
      else await gatherDocument(document, kind, request, found);
    }
  }
}

const defaultConfig = "azureml.yml";

/** True where the inputs declare something themselves. */
function isGiven({ inlineTargets, run, deploy = [] }: DeclarationRequest): boolean {
  return inlineTargets !== undefined || run !== undefined || deploy.length > 0;
}

/** Repositories of the first SDK's actions have files of their own at their own places, and no other. */
function filesOfFirstSdk({ workingDirectory: folder, checkout: root }: DeclarationRequest): readonly string[] {
  const has = (path: string) => namedPath(path, { folder, root }).is !== "missing";
  return has(defaultConfig) ? [] : ["run.json", "deploy.json"].map(firstSdkPlace).filter(has);
}

async function gatherDocument(
  document: SourceDocument,
  kind: ReturnType<typeof kindOf>,
  request: DeclarationRequest,
  found: Gathered,
): Promise<void> {
  const root: SourceNode = { document, path: [] };
  switch (kind.is) {
    case "declaration":
      return gatherDeclaration(root, request, found);
    case "target":
      found.targets.push(root);
      return;
    case "compute-json":
      found.targets.push(await ofComputeJson(document, request, found));
      return;
    case "job":
    case "run-configuration":
    case "aml-run":
      found.runs.push(...(await runOf(document, kind, request, found)));
      return;
    case "asset":
      found.assets.push({ kind: kind.kind, node: root });
      return;
    case "deploy-document":
    case "deploy-mapping":
    case "deploy-json": {
      const parts = await (await ofDeploy()).partsOf(document, kind, request, found);
      const isWhole = request.isCheck !== true || kind.is === "deploy-mapping";
      found.deploys.push(...(isWhole ? parts : parts.map((part) => ({ ...part, isOpen: true as const }))));
      return;
    }
    case "checked-only": {
      const { checkedOnlyProblems } = await import("./checked-only/check.ts");
      const { problems, documents } = await checkedOnlyProblems(root, kind.kind, request);
      found.problems.push(...problems);
      found.documents.push(...documents);
      return;
    }
    case "not-supported-yet":
      found.problems.push(notSupported(root, kind));
      return;
    case "unknown":
      found.problems.push(notADeclaration(document.file, document));
  }
}

async function gatherDeclaration(root: SourceNode, request: DeclarationRequest, found: Gathered): Promise<void> {
  const checked = checkShape(declarationSchema, root);
  found.problems.push(...(await withLostNesting(checked.problems, root)));
  // What can be read is read all the same, so that one run shows every problem.
  const shape = checked.value ?? (valueAt(root) as DeclarationShape);
  const rest = checked.value === undefined ? withoutFaults(declarationSchema, root) : undefined;
  const value = checked.value ?? (rest === undefined ? undefined : checkShape(declarationSchema, rest).value);
  if (value?.workspace !== undefined) {
    const { subscription_id: subscriptionId, resource_group: resourceGroup, name } = value.workspace;
    for (const [key, part] of Object.entries(value.workspace))
      found.problems.push(...placeholderProblems(part ?? "", root, ["workspace", key]));
    found.workspaces.push({
      where: positionOf(root, ["workspace"], "key"),
      workspace: {
        ...(subscriptionId === undefined ? {} : { subscriptionId }),
        ...(resourceGroup === undefined ? {} : { resourceGroup }),
        ...(name === undefined ? {} : { name }),
      },
    });
  }
  if (Array.isArray(shape.targets)) await gatherTargets({ ...root, path: ["targets"] }, shape.targets, request, found);
  if (shape.run !== undefined && shape.run !== null) {
    const node = { ...root, path: ["run"] };
    if (typeof shape.run === "string")
      await gatherRun(shape.run, root.document.folder, request, found, positionOf(node));
    else found.runs.push(node);
  }
  if (shape.deploy !== undefined && shape.deploy !== null)
    await (await ofDeploy()).gatherDeploy({ ...root, path: ["deploy"] }, request, found);
  if (value?.prices !== undefined) {
    const { prices, problems: wrong } = readPrices(value.prices, { ...root, path: ["prices"] });
    found.prices.push(prices);
    found.problems.push(...wrong);
  }
  gatherBesideRun(value, root, found);
  for (const index of Array.isArray(shape.gates) ? shape.gates.keys() : [])
    found.gates.push({ ...root, path: ["gates", index] });
}
