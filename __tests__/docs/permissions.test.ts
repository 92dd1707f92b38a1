import { describe, expect, it } from "@jest/globals";
import { isAllowed, type Grant } from "../../src/azure/grants.ts";
import { federatedCredential } from "../../src/azure/sign-in.ts";
import { neededFor, type Need } from "../../src/permissions/needs.ts";
import { leastPrivilegeRoles } from "../../src/permissions/role.ts";
import { declare } from "../support/declare.ts";
import { blocksOf, filesOf, sectionOf } from "../support/documentation.ts";

/** The roles and credentials of the documentation are those that the code prints, and the built-in ones are enough. */
const document = "docs/permissions.md";
const subscriptionId = "00000000-0000-0000-0000-000000000000";
const workspace = { subscriptionId, resourceGroup: "rg-ml", name: "mlw-main" };
const workspaceScope = /\/workspaces\/mlw-main$/;

async function needs(guide: string, config: string, part: "all" | "run" = "all"): Promise<readonly Need[]> {
  const read = await declare(filesOf(`docs/guides/${guide}.md`), { config: [config], subscriptionId });
  expect(read.problems).toEqual([]);
  return neededFor(part === "run" ? { ...read, targets: [] } : read, {
    workspace,
    store: { by: "secret" },
    vaults: [],
    downloads: part === "run",
    removes: false,
  });
}

const documented = {
  "### apply": [() => needs("attach", "azureml.yml")],
  "### train": [() => needs("train-on-push", "azureml.yml", "run")],
  "### deploy": [() => needs("release-online", "staging.yml"), () => needs("release-services", "aks.yml")],
} as const;

describe("the least-privilege roles under", () => {
  it.each(Object.entries(documented))("%s are those that doctor prints", async (heading, declarations) => {
    const printed = [];
    for (const of of declarations) printed.push(...leastPrivilegeRoles(await of(), workspace.name));
    const shown = blocksOf(document, sectionOf(document, heading)).filter(({ language }) => language === "json");
    expect(shown.map(({ text }) => JSON.parse(text) as unknown)).toEqual(printed.map(({ role }) => role));
  });
});

describe("the built-in roles", () => {
  const grant = (actions: readonly string[], notActions: readonly string[] = []): Grant => ({
    actions,
    notActions,
    dataActions: [],
    notDataActions: [],
  });
  const below = (names: string) => `Microsoft.MachineLearningServices/workspaces/${names}`;
  /** @see https://learn.microsoft.com/azure/role-based-access-control/built-in-roles/ai-machine-learning */
  const builtIn: Readonly<Record<string, Grant>> = {
    Reader: grant(["*/read"]),
    "AzureML Compute Operator": grant([below("computes/*"), below("notebooks/vm/*")]),
    "AzureML Data Scientist": grant(
      [below("*/read"), below("*/action"), below("*/delete"), below("*/write")],
      [
        below("delete"),
        below("write"),
        below("computes/*/write"),
        below("computes/*/delete"),
        below("computes/listKeys/action"),
        below("listKeys/action"),
        below("hubs/write"),
        below("hubs/delete"),
        below("featurestores/write"),
        below("featurestores/delete"),
      ],
    ),
  };
  const rows = new Map(
    [...sectionOf(document, "## In short").matchAll(/^\| (.*?)\s+\| (.*?)\s+\| (.*?)\s+\|$/gm)].map(
      ([, what = "", roles = ""]) => [what, roles.split(" and ").map((name) => name.trim())] as const,
    ),
  );

  it.each([
    ["`apply`, `detach`", "### apply"],
    ["`train`, `deploy`", "### train"],
    ["`train`, `deploy`", "### deploy"],
  ] as const)("of %s grant all that is required in the workspace for %s", async (row, heading) => {
    const grants = (rows.get(row) ?? []).map((name) => builtIn[name]);
    expect(grants.length).toBeGreaterThan(1);
    const [of] = documented[heading];
    const required = (await of()).filter(({ level, scope }) => level === "required" && workspaceScope.test(scope));
    const missing = required.filter(
      ({ action, plane }) => !grants.some((one) => one !== undefined && isAllowed([one], action, plane)),
    );
    expect(missing).toEqual([]);
  });
});

describe("the federated credential of docs/oidc.md", () => {
  const [credential] = blocksOf("docs/oidc.md").filter(({ path }) => path === "credential.json");
  const shown = JSON.parse(credential?.text ?? "") as ReturnType<typeof federatedCredential>;

  it("is what doctor prints for a job with that subject", () => {
    const { issuer, subject, audiences } = shown;
    expect(shown).toEqual(federatedCredential({ issuer, subject, audience: audiences[0] ?? "" }));
  });

  it("has the issuer, the subject and the audience that the command for a managed identity has", () => {
    const text = sectionOf("docs/oidc.md", "### Of a managed identity").replace("$REPOSITORY", "OWNER/REPO");
    for (const value of [shown.issuer, shown.subject, ...shown.audiences]) expect(text).toContain(value);
  });
});
