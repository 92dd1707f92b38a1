import { describe, expect, it } from "@jest/globals";
import { secret } from "../../src/secret/reference.ts";
import { isReserved } from "../../src/secret/reserved.ts";
import { createSecretResolver } from "../../src/secret/resolve.ts";
import type { SecretReference } from "../../src/secret/secret.ts";

const where = { file: "azureml.yml", line: 1, column: 1 };
const resolverOf = (masked: string[]) =>
  createSecretResolver({
    environment: { SET: "from-the-environment", EMPTY: "" },
    readFile: (path) =>
      path === "/run/secret" ? Promise.resolve("from-a-file\r\n") : Promise.reject(new Error("ENOENT")),
    keyVault: (url) => Promise.resolve(`from ${url}`),
    mask: (value) => masked.push(value),
  });

describe("variables that belong to the action or the runner", () => {
  it.each([
    ...["ACTIONS_ID_TOKEN_REQUEST_TOKEN", "ACTIONS_RUNTIME_TOKEN", "INPUT_CLIENT-SECRET", "GITHUB_TOKEN", "GH_TOKEN"],
    ...["AZURE_CLIENT_SECRET", "AZURE_CREDENTIALS", "AZURE_PASSWORD", "ARM_CLIENT_SECRET", "GITHUB_ENV", "STATE_run"],
  ])("%s is handed to nobody", (name) => {
    expect(isReserved(name)).toBe(true);
  });

  it.each(["DSVM_PASSWORD", "HF_TOKEN", "MY_GITHUB_TOKEN", "AZURE_STORAGE_ACCOUNT", "TOKEN", "GITHUB_SHA"])(
    "%s may be referred to",
    (name) => {
      expect(isReserved(name)).toBe(false);
    },
  );
});

describe("a variable in place of a secret", () => {
  const said = (value: unknown) => secret().safeParse(value).error?.issues[0]?.message ?? "";

  it.each(["${{ secrets.PASSWORD }}", "$PASSWORD", "${PASSWORD}", "${env:PASSWORD}", "$env:PASSWORD", "$(PASSWORD)"])(
    "is named, with the reference to write: %s",
    (value) => {
      expect(said(value)).toMatch(/not evaluated.*Write \{ env: PASSWORD \}/);
      expect(said({ env: value })).toMatch(/not the name of an environment variable.*Write \{ env: PASSWORD \}/);
    },
  );

  it.each(["#{PASSWORD}#", "%PASSWORD%", "{{ PASSWORD }}", "{{ secrets.PASSWORD }}"])(
    "of other tools too: %s",
    (value) => {
      expect(said(value)).toContain("Write { env: PASSWORD }");
    },
  );

  it.each(["$ecret", "pass%word%", "a${B}", "$(a b)"])("is not seen in a literal: %s", (value) => {
    expect(said(value)).toMatch(/in plain text/);
    expect(said(value)).not.toContain(value);
  });
});

describe("a secret reference", () => {
  it.each<[SecretReference, string]>([
    [{ from: "env", name: "SET", where }, "from-the-environment"],
    [{ from: "file", path: "/run/secret", where }, "from-a-file"],
    [
      { from: "key_vault", url: "https://v.vault.azure.net/secrets/s", where },
      "from https://v.vault.azure.net/secrets/s",
    ],
  ])("resolves %j, masked before it is handed out", async (reference, value) => {
    const masked: string[] = [];
    expect(await resolverOf(masked)(reference)).toBe(value);
    expect(masked).toEqual([value]);
  });

  it.each<[SecretReference, RegExp]>([
    [{ from: "env", name: "UNSET", where }, /UNSET is not set/],
    [{ from: "env", name: "EMPTY", where }, /EMPTY is empty/],
    [{ from: "file", path: "/absent", where }, /cannot be read: ENOENT/],
  ])("says why %j cannot be resolved", async (reference, message) => {
    await expect(resolverOf([])(reference)).rejects.toThrow(message);
  });
});
