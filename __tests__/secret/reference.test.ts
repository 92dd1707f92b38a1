import { describe, expect, it } from "@jest/globals";
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
