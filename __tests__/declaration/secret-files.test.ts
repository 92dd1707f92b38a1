import { expect, it } from "@jest/globals";
import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { readDeclaration } from "../../src/declaration/read-declaration.ts";
import { checkoutOf } from "../support/step.ts";

const outside = checkoutOf({ password: "x" });

/** What is said of a password in this file, declared in a folder of the checkout. */
async function problemsOf(path: string) {
  const checkout = checkoutOf({
    "secret.txt": "x",
    "ml/azureml.yml": [
      "targets:",
      "- name: machine",
      "  type: virtualmachine",
      "  resource_id: /subscriptions/S/resourceGroups/G/providers/Microsoft.Compute/virtualMachines/V",
      `  ssh_settings: { admin_username: u, admin_password: { file: ${path} } }`,
      "",
    ].join("\n"),
  });
  symlinkSync(join(outside, "password"), join(checkout, "link-out"));
  symlinkSync(join(checkout, "secret.txt"), join(outside, `link-in-${path.length}`));
  const { problems } = await readDeclaration({
    config: ["azureml.yml"],
    set: [],
    only: [],
    workingDirectory: join(checkout, "ml"),
    checkout,
  });
  return problems.map(({ code, where }) => `${code} ${where?.line ?? 0}`);
}

it.each(["secret.txt", "./ml/absent.txt", "link-out", `${outside}/link-in-${outside.length + 11}`])(
  "refuses the file %s",
  async (path) => {
    expect(await problemsOf(path)).toEqual(["literal-secret 5"]);
  },
);

it.each([`${outside}/password`, "/run/secrets/not-there-yet"])("takes the file %s", async (path) => {
  expect(await problemsOf(path)).toEqual([]);
});
