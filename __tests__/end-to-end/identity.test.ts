import { expect, it } from "@jest/globals";
import { chmodSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { seeded } from "../../emulator/settings.ts";
import { act } from "../support/step.ts";
import { useEmulator } from "../support/use-emulator.ts";

// One subject is trusted, and it is not the one that the workflow has: every case that signs in has another way.
const emulator = useEmulator(
  {
    federatedSubjects: ["repo:octo-org/octo-repo:environment:production"],
  },
  { keeps: true },
);

const files = {
  "azureml.yml":
    "workspace: { subscription_id: 33333333-3333-4333-8333-333333333333, resource_group: rg-ml, name: mlw-main }\ntargets: [{ name: any, type: amlcompute }]\n",
};

it("says what does not match when no federated credential matches", async () => {
  const step = await act(emulator, "plan", files);
  expect(step.outputs["failure-reason"]).toBe("authentication-failed");
  expect(step.annotations.at(-1)?.message).toContain("AADSTS700213");
  expect(step.annotations.at(-1)?.message).toContain(
    `az ad app federated-credential create --id ${seeded.clientId} --parameters '{`,
  );
  expect(step.annotations.at(-1)?.message).toContain(`"subject":"${seeded.subject}"`);
});

it.each(["plan", "doctor"])("%s says what is missing for OIDC, and the lines to add", async (command) => {
  const step = await act(emulator, command, files, {
    environment: {
      ACTIONS_ID_TOKEN_REQUEST_URL: "",
      AZURE_CLIENT_ID: "",
      // No CLI, and a machine without an identity.
      PATH: mkdtempSync(join(tmpdir(), "no-az-")),
      IDENTITY_ENDPOINT: `${emulator.origin}/_identity/token`,
      IDENTITY_HEADER: "wrong",
    },
  });
  expect(step.outputs["failure-reason"]).toBe("authentication-failed");
  const text = `${step.log.join("\n")}\n${step.annotations.map(({ message }) => message).join("\n")}`;
  expect(text).toContain(
    "no secret is given, and for OIDC the job lacks the permission id-token: write and client-id is empty",
  );
  expect(text).toContain("The Azure CLI: Azure CLI could not be found.");
  expect(text).toContain("The managed identity: ");
  expect(text).toContain("`permissions: { id-token: write, contents: read }` to the job");
  expect(text).toContain("`client-id: ${{ vars.AZURE_CLIENT_ID }}` under with:");
  expect(step.summary).toContain("<code>client-id&#58; &#36;");
});

it("says that the client secret is wrong, and what the right one is", async () => {
  const step = await act(emulator, "plan", files, { inputs: { "client-secret": "not-the-secret" } });
  expect(step.annotations.at(-1)?.message).toMatch(
    /^Signing in failed\. The client secret is wrong\. Entra said: .*AADSTS7000215.* a secret is given, by client-secret.*the secret's value, not its id/,
  );
});

it("uses the session of the Azure CLI", async () => {
  const folder = mkdtempSync(join(tmpdir(), "az-"));
  const az = join(folder, "az");
  writeFileSync(
    az,
    `#!/bin/sh\necho '${JSON.stringify({ accessToken: emulator.accessToken(), expiresOn: "2099-01-01 00:00:00.000000", expires_on: 4070908800, tokenType: "Bearer" })}'\n`,
  );
  chmodSync(az, 0o755);
  const step = await act(emulator, "plan", files, {
    inputs: { auth: "azure-cli" },
    environment: { PATH: `${folder}:${process.env["PATH"] ?? ""}` },
  });
  expect(step.log.join("\n")).toContain("plan succeeded.");
  expect(emulator.journal().some(({ path }) => path.includes("/oauth2/"))).toBe(false);
});

it("uses the managed identity of the machine", async () => {
  const step = await act(emulator, "plan", files, {
    inputs: { auth: "managed-identity" },
    environment: {
      IDENTITY_ENDPOINT: `${emulator.origin}/_identity/token`,
      IDENTITY_HEADER: seeded.identityHeader,
      AZURE_CLIENT_ID: "",
    },
  });
  expect(step.log.join("\n")).toContain("plan succeeded.");
});

it("prefers a service principal when a secret is given", async () => {
  const step = await act(emulator, "plan", files, { inputs: { "client-secret": seeded.clientSecret } });
  expect(step.exitCode).toBe(0);
  expect(emulator.journal().some(({ path }) => path.includes("id-token"))).toBe(false);
});

it("bypasses a proxy for the hosts of NO_PROXY", async () => {
  const step = await act(emulator, "plan", files, {
    inputs: { "client-secret": seeded.clientSecret },
    environment: { HTTPS_PROXY: "http://127.0.0.1:9", NO_PROXY: "127.0.0.1" },
  });
  expect(step.exitCode).toBe(0);
});

it("names the workspace that does not exist", async () => {
  const step = await act(emulator, "plan", files, {
    inputs: { "client-secret": seeded.clientSecret, workspace: "mlw-typo" },
  });
  expect(step.outputs["failure-reason"]).toBe("workspace-unavailable");
  expect(step.annotations.at(-1)?.message).toContain("There is no workspace 'mlw-typo'");
});

it("says which parts of the workspace are missing", async () => {
  const step = await act(
    emulator,
    "plan",
    { "azureml.yml": "targets: [{ name: any, type: amlcompute }]\n" },
    { environment: { AZURE_RESOURCE_GROUP: "", AZURE_ML_WORKSPACE: "" } },
  );
  expect(step.outputs["failure-reason"]).toBe("invalid-input");
  expect(step.annotations.at(-1)?.message).toContain("resource-group, workspace are missing");
});
