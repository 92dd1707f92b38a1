import { describe, expect, it } from "@jest/globals";
import { symlinkSync } from "node:fs";
import { join } from "node:path";
import type { Route } from "../../emulator/server/environment.ts";
import { act, actIn, checkoutOf, writesIn } from "../support/step.ts";
import { useEmulator } from "../support/use-emulator.ts";

/** Environments and local data, from the file to the run that uses them. */
const emulator = useEmulator(
  {
    durations: { default: 0.1 },
  },
  { keeps: true },
);

const schema = "$schema: https://azuremlschemas.azureedge.net/latest/environment.schema.json\n";
const puts = (part: string) =>
  emulator
    .journal()
    .filter(({ method, path }) => method === "PUT" && path.includes(part))
    .map(({ path }) => path.split(part)[1] ?? "");
const blobsPut = () =>
  emulator
    .journal()
    .filter(
      ({ method, path, query }) => method === "PUT" && path.includes("/LocalUpload/") && query["comp"] !== "metadata",
    );

describe("an environment file", () => {
  const file = (image: string, more = "") => ({ "env.yml": `${schema}name: trained-with\nimage: ${image}\n${more}` });
  const inputs = { config: "env.yml" };

  it("is planned, registered once, and registered under the next version when its content changes", async () => {
    const planned = await act(emulator, "plan", file("ubuntu:22.04"), { inputs });
    expect(planned.exitCode).toBe(0);
    expect(planned.outputs["has-changes"]).toBe("true");
    expect(puts("/environments/")).toEqual([]);

    const first = await act(emulator, "up", file("ubuntu:22.04"), { inputs });
    expect(first.exitCode).toBe(0);
    expect(puts("/environments/")).toEqual(["trained-with/versions/1"]);
    expect(first.summary).toContain("### Environments");
    expect(first.outputs["changed"]).toBe("true");

    emulator.clearJournal();
    const second = await act(emulator, "apply", file("ubuntu:22.04"), { inputs });
    expect(second.exitCode).toBe(0);
    expect(puts("/environments/")).toEqual([]);
    expect(second.outputs["changed"]).toBe("false");

    emulator.clearJournal();
    const described = await act(emulator, "apply", file("ubuntu:22.04", "description: for the demo\n"), { inputs });
    expect(described.exitCode).toBe(0);
    expect(puts("/environments/")).toEqual(["trained-with/versions/1"]);

    emulator.clearJournal();
    const changed = await act(emulator, "apply", file("ubuntu:24.04", "description: for the demo\n"), { inputs });
    expect(changed.exitCode).toBe(0);
    expect(puts("/environments/")).toEqual(["trained-with/versions/1", "trained-with/versions/2"]);
    expect(changed.log.join("\n")).toContain("registered as version 2");
  });

  it("with its own version fails when that version exists with other content", async () => {
    const fixed = (image: string) => ({ "env.yml": `${schema}name: fixed\nversion: 7\nimage: ${image}\n` });
    expect((await act(emulator, "apply", fixed("ubuntu:22.04"), { inputs })).exitCode).toBe(0);
    const other = await act(emulator, "apply", fixed("ubuntu:24.04"), { inputs });
    expect(other.exitCode).toBe(1);
    expect(other.outputs["failure-reason"]).toBe("environment-failed");
    expect(other.annotations.map(({ message }) => message).join("\n")).toContain("Raise version in the file");
  });

  it("that the run refers to is registered by train; others are not", async () => {
    const files = {
      "azureml.yml": "run:\n  command: echo trained\n  environment: azureml:named@latest\n",
      "env/named.yml": `${schema}name: named\nimage: ubuntu\n`,
      "env/other.yml": `${schema}name: other\nimage: ubuntu\n`,
    };
    const step = await act(emulator, "train", files, { inputs: { config: "azureml.yml\nenv/*.yml" } });
    expect(step.log.join("\n")).toContain("train succeeded.");
    expect(puts("/environments/")).toEqual(["named/versions/1"]);
  });
});

describe.each<Route>(["cloud", "proxy"])("by way of %s, a local build context and local data", (way) => {
  const files = {
    "azureml.yml": [
      "run:",
      "  command: cat ${{inputs.table}} && cat ${{inputs.folder}}/b.txt",
      "  environment: { build: { path: docker } }",
      "  inputs:",
      "    table: { type: uri_file, path: data/a.csv }",
      "    folder: { path: data }",
      "",
    ].join("\n"),
    "docker/Dockerfile": `FROM ubuntu\n# ${way}\n`,
    "data/a.csv": `first,${way}\n`,
    "data/b.txt": `second ${way}\n`,
  };

  it("are uploaded once, and reach the run", async () => {
    const first = await act(emulator, "train", files, { way });
    const log = first.log.join("\n");
    expect(log).toContain(`first,${way}`);
    expect(log).toContain(`second ${way}`);
    expect(first.exitCode).toBe(0);
    expect(blobsPut()).toHaveLength(4);

    emulator.clearJournal();
    const again = await act(emulator, "train", files, { way, runId: "1002", inputs: { rerun: "true" } });
    expect(again.exitCode).toBe(0);
    expect(blobsPut()).toEqual([]);
    expect(again.log.join("\n")).toContain("has the input table already");
  });

  it("are part of the run's name: other data is another run", async () => {
    const joined = await act(emulator, "train", files, { way });
    expect(joined.outputs["run-reused"]).toBe("true");
    const other = await act(emulator, "train", { ...files, "data/b.txt": "changed\n" }, { way });
    expect(other.outputs["run-reused"]).toBe("false");
    expect(other.outputs["run-name"]).not.toBe(joined.outputs["run-name"]);
  });
});

it("reads local data in place for a run on the runner", async () => {
  const files = {
    "azureml.yml":
      "run:\n  command: cat ${{inputs.data}}\n  compute: local\n  environment: { image: ubuntu }\n  inputs: { data: { type: uri_file, path: a.txt } }\n",
    "a.txt": "from the checkout\n",
  };
  const step = await act(emulator, "train", files);
  expect(step.log.join("\n")).toContain("from the checkout");
  expect(step.exitCode).toBe(0);
  expect(emulator.journal()).toEqual([]);
});

describe("what an upload would refuse", () => {
  const files = {
    "azureml.yml":
      "targets:\n- { name: found-early, type: amlcompute, size: Standard_DS3_v2, max_instances: 1 }\nrun: j/t.yml\n",
    "j/t.yml": [
      "$schema: https://azuremlschemas.azureedge.net/latest/commandJob.schema.json",
      "command: python train.py",
      "code: src",
      "environment: azureml:sk:1",
      "compute: azureml:found-early",
      "",
    ].join("\n"),
    "j/src/train.py": "",
  };

  it.each(["validate", "plan", "up"])("is found by %s at its line, before anything is created", async (command) => {
    const checkout = checkoutOf(files);
    symlinkSync("/etc/hostname", join(checkout, "j/src/host"));
    emulator.clearJournal();
    const step = await actIn(emulator, command, checkout);
    expect(step.exitCode).toBe(1);
    expect(step.outputs["failure-reason"]).toBe("invalid-declaration");
    expect(step.annotations).toContainEqual(
      expect.objectContaining({
        severity: "error",
        properties: expect.objectContaining({ file: "j/t.yml", line: "3" }) as unknown,
        message: expect.stringContaining("host links to") as unknown,
      }),
    );
    expect(writesIn(emulator.journal())).toEqual([]);
  });

  it("is no link inside the checkout", async () => {
    const checkout = checkoutOf({ ...files, "shared/util.py": "print()" });
    symlinkSync("../../shared/util.py", join(checkout, "j/src/util.py"));
    expect((await actIn(emulator, "validate", checkout)).exitCode).toBe(0);
  });
});
