import { describe, expect, it } from "@jest/globals";
import { act, writesIn } from "../support/step.ts";
import { useEmulator, workspaceLine } from "../support/use-emulator.ts";

/** What a storage account answers to an upload, and whether the run is submitted then. */
const emulator = useEmulator({ durations: { default: 0.1 } });

/** Another text each time: code that is there already is not uploaded. */
let count = 0;
const job = () => ({
  "azureml.yml": `${workspaceLine}targets: [{ name: cpu, type: amlcompute }]\nrun: { command: python train.py, code: src, compute: cpu, environment: { image: ubuntu } }\n`,
  "src/train.py": `print(${(count += 1)})\n`,
});
const refuse = (status: number, code: string | undefined, times: number) =>
  emulator.faults.add({
    method: "PUT",
    path: "/train\\.py$",
    kind: "status",
    status,
    times,
    ...(code === undefined ? {} : { headers: { "x-ms-error-code": code } }),
    body: "",
  });
const submitted = () => writesIn(emulator.journal()).filter((write) => write.startsWith("PUT jobs/"));
const blobsPut = () => emulator.journal().filter(({ method, path }) => method === "PUT" && path.endsWith("/train.py"));

describe("a storage account that takes no keys", () => {
  it("is written to as the identity, in the same container", async () => {
    refuse(403, "KeyBasedAuthenticationNotPermitted", 1);
    const step = await act(emulator, "train", job());
    expect(step.outputs["run-status"]).toBe("Completed");
    const [first, second] = blobsPut();
    expect(second?.path).toBe(first?.path);
    expect([first?.query["sig"] === undefined, second?.query["sig"] === undefined]).toEqual([false, true]);
  });

  it("and lets the identity not in either is red, says what to do, and no run is submitted", async () => {
    refuse(403, "KeyBasedAuthenticationNotPermitted", 1);
    refuse(403, "AuthorizationPermissionMismatch", 9);
    const step = await act(emulator, "train", job());
    expect(step.exitCode).toBe(1);
    expect(step.outputs["failure-reason"]).toBe("not-authorized");
    expect(step.log.join("\n")).toContain("Give the identity Storage Blob Data Contributor on it");
    expect(submitted()).toEqual([]);
  });
});

describe("a conflict at an upload", () => {
  it.each([
    [409, "ContainerBeingDeleted"],
    [409, "LeaseIdMissing"],
    [409, undefined],
    [412, "LeaseIdMissing"],
  ])("is no upload: status %j with %j", async (status, code) => {
    refuse(status, code, 9);
    const step = await act(emulator, "train", job());
    expect(step.exitCode).toBe(1);
    expect(submitted()).toEqual([]);
  });

  it("that says the blob is there is looked at, and the blob is written where it is not", async () => {
    refuse(409, "BlobAlreadyExists", 1);
    const step = await act(emulator, "train", job());
    expect(step.exitCode).toBe(1);
    expect(submitted()).toEqual([]);
  });
});
