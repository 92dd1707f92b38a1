import { expect, it } from "@jest/globals";
import { failed, succeeded } from "../../src/azure/outcome.ts";
import type { SecretReference } from "../../src/secret/secret.ts";
import { secretChecks, type SecretDeps } from "../../src/doctor/secrets.ts";
import { nowhere } from "../support/targets.ts";

const where = nowhere.document.at([]);
const env = (name: string): SecretReference => ({ from: "env", name, where });
const vault: SecretReference = { from: "key_vault", url: "https://kv.vault.azure.net/secrets/s", where };
const deps: SecretDeps = {
  environment: { SET: "value of it", EMPTY: "" },
  fileExists: (path) => Promise.resolve(path === "/there"),
  vaultReach: () => Promise.resolve(succeeded("kv")),
  judgedVaults: ["kv"],
};
const lost = failed({ reason: "unreachable", error: { code: "ENOTFOUND", message: "no such host", details: [] } });

it.each([
  { when: "a variable is set", reference: env("SET"), state: "ok" },
  { when: "a variable is empty", reference: env("EMPTY"), state: "error" },
  { when: "a variable is not set", reference: env("GONE"), state: "error" },
  { when: "its value is not sent next", reference: env("GONE"), isSentNext: false, state: "warning" },
  { when: "a file is there", reference: { from: "file", path: "/there", where }, state: "ok" },
  { when: "a file is not there", reference: { from: "file", path: "/gone", where }, state: "error" },
  { when: "the permissions tell of the vault", reference: vault, state: "ok" },
  { when: "nothing tells of the vault", reference: vault, deps: { judgedVaults: [] }, state: "not-checked" },
  {
    when: "the vault is out of reach",
    reference: vault,
    deps: { vaultReach: () => Promise.resolve(lost) },
    state: "error",
  },
] as const)("is $state when $when", async ({ reference, state, ...rest }) => {
  const isSentNext = "isSentNext" in rest ? rest.isSentNext : true;
  const given = { ...deps, ...("deps" in rest ? rest.deps : {}) };
  const checks = await secretChecks([{ reference, usedBy: "dsvm", isSentNext }], given);
  expect(checks.map((check) => check.state)).toEqual([state]);
  expect(JSON.stringify(checks)).not.toContain("value of it");
});

it("is not checked when nobody is signed in", async () => {
  const { vaultReach: _, ...offline } = deps;
  const checks = await secretChecks([{ reference: vault, usedBy: "dsvm", isSentNext: true }], offline);
  expect(checks.map(({ state }) => state)).toEqual(["not-checked"]);
});

it("reports a secret that two targets share once, at the severity of its most severe use", async () => {
  const used = [
    { reference: env("GONE"), usedBy: "one", isSentNext: false },
    { reference: env("GONE"), usedBy: "two", isSentNext: true },
  ];
  const checks = await secretChecks(used, deps);
  expect(checks).toMatchObject([{ state: "error" }]);
  expect(checks[0]?.message).toContain("(one, two)");
});
