import { describe, expect, it } from "@jest/globals";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runStep } from "../../demo/runner.ts";
import type { Route } from "../../emulator/server/environment.ts";
import type { Result } from "../../src/report/result.ts";
import { act, checkoutOf, password, writesIn } from "../support/step.ts";
import { useEmulator, workspaceLine } from "../support/use-emulator.ts";

/** `dist/`, run as the runner runs it, over HTTPS, against a control plane with state. */
const emulator = useEmulator(
  {
    durations: { default: 0.2 },
    pageSize: 2,
  },
  { keeps: true },
);

const cluster = (name: string, extra = "") =>
  `  - { name: ${name}, type: amlcompute, size: Standard_DS3_v2, max_instances: 4${extra} }\n`;
const machine = (name: string, vm: string, extra = "") =>
  `  - name: ${name}\n    type: virtualmachine\n    resource_id: ${emulator.machineId(vm)}\n    ssh_settings: { admin_username: azureuser, admin_password: { env: DSVM_PASSWORD }${extra} }\n`;
const config = (targets: string, rest = "") => ({ "azureml.yml": `${workspaceLine}targets:\n${targets}${rest}` });

describe.each<Route>(["cloud", "proxy"])("the action by way of %s", (way) => {
  const suffix = way === "cloud" ? "c" : "p";
  const files = () => {
    emulator.addMachine(`machine-${suffix}`);
    return config(cluster(`cluster-${suffix}`) + machine(`machine-${suffix}`, `machine-${suffix}`));
  };

  it("creates and attaches every target once, and a second apply writes nothing", async () => {
    const first = await act(emulator, "apply", files(), { way });
    expect(first.log.join("\n")).toContain("apply succeeded.");
    expect(first.exitCode).toBe(0);
    expect([...writesIn(emulator.journal())].sort()).toEqual([
      `PUT computes/cluster-${suffix}`,
      `PUT computes/machine-${suffix}`,
    ]);
    expect(first.outputs["changed"]).toBe("true");

    emulator.clearJournal();
    const second = await act(emulator, "apply", files(), { way });
    expect(second.exitCode).toBe(0);
    expect(writesIn(emulator.journal())).toEqual([]);
    expect(second.outputs["changed"]).toBe("false");
  });

  it("trains, streams the log, and joins the same run the second time", async () => {
    const job = `run:\n  command: echo "epoch ${way}" && mkdir -p outputs && echo x > outputs/model.txt\n  compute: azureml:cluster-${suffix}\n  code: ./src\n  environment: { image: ubuntu }\n`;
    const run = { ...files(), "src/train.sh": "true\n" };
    run["azureml.yml"] += job;
    const first = await act(emulator, "up", run, { way, inputs: { download: "outputs/*" } });
    expect(first.log).toContain(`epoch ${way}`);
    expect(first.outputs["run-status"]).toBe("Completed");
    expect(first.exitCode).toBe(0);
    const submitted = writesIn(emulator.journal()).filter((write) => write.startsWith("PUT jobs/"));
    expect(submitted).toHaveLength(1);
    expect(readFileSync(join(first.outputs["artifacts-path"] ?? "", "outputs/model.txt"), "utf8")).toBe("x\n");

    const second = await act(emulator, "train", run, { way, runAttempt: "2" });
    expect(second.outputs["run-reused"]).toBe("true");
    expect(second.outputs["run-name"]).toBe(first.outputs["run-name"]);
    expect(writesIn(emulator.journal()).filter((write) => write.startsWith("PUT jobs/"))).toHaveLength(1);
  });
});

describe("a live compute that is not as declared", () => {
  it("is left alone with a failure that explains it, and updated in place only with on-drift: update", async () => {
    await act(emulator, "apply", config(cluster("scaled")));
    emulator.clearJournal();
    const changed = {
      "azureml.yml": config(cluster("scaled"))["azureml.yml"].replace("max_instances: 4", "max_instances: 8"),
    };
    const refused = await act(emulator, "apply", changed);
    expect(refused.exitCode).toBe(1);
    expect(refused.outputs["failure-reason"]).toBe("drift");
    expect(writesIn(emulator.journal())).toEqual([]);
    const updated = await act(emulator, "apply", changed, { inputs: { "on-drift": "update" } });
    expect(updated.exitCode).toBe(0);
    expect(writesIn(emulator.journal())).toEqual(["PATCH computes/scaled"]);
  });

  it("is detached and attached again where it cannot be changed in place", async () => {
    emulator.addMachine("moving");
    await act(emulator, "apply", config(machine("moving", "moving")));
    emulator.clearJournal();
    const moved = await act(emulator, "apply", config(machine("moving", "moving", ", ssh_port: 2222")), {
      inputs: { "on-drift": "reattach" },
    });
    expect(moved.exitCode).toBe(0);
    expect(writesIn(emulator.journal())).toEqual(["DELETE computes/moving", "PUT computes/moving"]);
    const removal = emulator.journal().find(({ method }) => method === "DELETE");
    expect(removal?.query["underlyingResourceAction"]).toBe("Detach");
  });

  it.each([
    { onConflict: "fail", exitCode: 1, writes: [] },
    { onConflict: "adopt", exitCode: 0, writes: [] },
    { onConflict: "replace", exitCode: 0, writes: ["DELETE computes/first-name", "PUT computes/second-name"] },
  ])(
    "never becomes a second attachment of one resource: on-conflict $onConflict",
    async ({ onConflict, exitCode, writes }) => {
      emulator.addMachine("shared");
      await act(emulator, "apply", config(machine("first-name", "shared")));
      emulator.clearJournal();
      const id = emulator.machineId("shared");
      const other = {
        "azureml.yml": config(machine("second-name", "shared"))["azureml.yml"].replace(id, id.toUpperCase()),
      };
      const step = await act(emulator, "apply", other, { inputs: { "on-conflict": onConflict } });
      expect(step.exitCode).toBe(exitCode);
      expect(writesIn(emulator.journal())).toEqual(writes);
      expect(emulator.violations()).toEqual([]);
    },
  );
});

describe("faults of the connection to the service", () => {
  it.each([
    { name: "a lost reply", fault: { kind: "lost-reply" as const }, puts: 1 },
    { name: "a reset before anything is done", fault: { kind: "reset" as const }, puts: 2 },
    { name: "503 after nothing was done", fault: { kind: "status" as const, status: 503 }, puts: 2 },
    {
      name: "429 with Retry-After",
      fault: { kind: "status" as const, status: 429, headers: { "Retry-After": "1" } },
      puts: 2,
    },
    { name: "a reply that is not JSON", fault: { kind: "malformed" as const }, puts: 1 },
  ])("attaches once after $name of the PUT", async ({ name, fault, puts }) => {
    const vm = `fault-${name.replaceAll(/[^a-z]/gi, "").slice(0, 14)}`;
    emulator.addMachine(vm);
    emulator.faults.add({ method: "PUT", path: `/computes/${vm}$`, ...fault });
    const step = await act(emulator, "apply", config(machine(vm, vm)));
    expect(step.log.join("\n")).toContain("apply succeeded.");
    expect(writesIn(emulator.journal())).toEqual(Array.from({ length: puts }, () => `PUT computes/${vm}`));
    expect(emulator.violations()).toEqual([]);
  });

  it("attaches once although the reads after the write lag behind it", async () => {
    emulator.addMachine("lagging");
    const absent = { error: { code: "ResourceNotFound", message: "not yet" } };
    emulator.faults.add({
      method: "GET",
      path: "/computes/lagging$",
      kind: "status",
      status: 404,
      times: 2,
      body: absent,
    });
    const step = await act(emulator, "apply", config(machine("lagging", "lagging")));
    expect(step.exitCode).toBe(0);
    expect(writesIn(emulator.journal())).toEqual(["PUT computes/lagging"]);
  });

  it("submits a run once although the reply of its submission is lost", async () => {
    emulator.faults.add({ method: "PUT", path: "/jobs/", kind: "lost-reply" });
    const run = config(
      cluster("lossy"),
      "run: { command: echo once, compute: lossy, environment: { image: ubuntu } }\n",
    );
    const step = await act(emulator, "up", run);
    expect(step.exitCode).toBe(0);
    expect(writesIn(emulator.journal()).filter((write) => write.startsWith("PUT jobs/"))).toHaveLength(1);
    expect(step.outputs["run-status"]).toBe("Completed");
  });

  it("shows the leaf cause, advice and the correlation id of a provisioning that fails", async () => {
    emulator.addMachine("unreachable");
    emulator.faults.add({
      method: "PUT",
      path: "/computes/unreachable$",
      kind: "operation-fails",
      code: "InternalServerError",
      message: "Connection failed to establish within 30000 milliseconds.",
    });
    const step = await act(emulator, "apply", config(machine("unreachable", "unreachable")));
    expect(step.exitCode).toBe(1);
    expect(step.outputs["failure-reason"]).toBe("provisioning-failed");
    expect(step.summary).toContain("Connection failed to establish within 30000 milliseconds");
    expect(step.summary).toContain("What to do");
  });
});

describe("a run that does not end well", () => {
  it("is red with the end of its log when its command fails", async () => {
    const run = config(
      cluster("failing"),
      "run: { command: echo before the end; exit 3, compute: failing, environment: { image: ubuntu } }\n",
    );
    const step = await act(emulator, "up", run);
    expect(step.exitCode).toBe(1);
    expect(step.outputs["failure-reason"]).toBe("run-failed");
    expect(step.summary).toContain("before the end");
    const anew = await act(emulator, "train", run, { runAttempt: "2" });
    expect(anew.outputs["run-name"]).toBe(`${step.outputs["run-name"] ?? ""}-2`);
  });

  it("is cancelled on the wire within the runner's grace when the workflow is cancelled", async () => {
    const run = config(
      cluster("cancelled"),
      "run: { command: echo started; sleep 60, compute: cancelled, environment: { image: ubuntu } }\n",
    );
    const step = await act(emulator, "up", run, { cancelAt: /started/ });
    expect(writesIn(emulator.journal()).at(-1)).toMatch(/^POST jobs\/.*\/cancel$/);
    // The action itself cancels, and does not leave it to the post step.
    expect(step.state["settled"]).toBe("true");
    expect(step.cancelMs).toBeLessThan(7_500);
    expect(step.outputs["failure-reason"]).toBe("cancelled");
    expect(step.exitCode).toBe(1);
  });

  it("is cancelled even where the workflow is cancelled during its submission", async () => {
    emulator.faults.add({ method: "PUT", path: "/jobs/", kind: "delay", seconds: 1 });
    const run = config(
      cluster("cut-off"),
      "run: { command: sleep 60, compute: cut-off, environment: { image: ubuntu } }\n",
    );
    await act(emulator, "apply", config(cluster("cut-off")));
    emulator.clearJournal();
    const step = await act(emulator, "train", run, { cancelAt: /None has to change/, cancelDelayMs: 700 });
    expect(step.outputs["failure-reason"]).toBe("cancelled");
    expect(writesIn(emulator.journal()).at(-1)).toMatch(/^POST jobs\/.*\/cancel$/);
  });

  it("is named by the post step, with how to resume it, when the action was killed", async () => {
    const run = config(
      cluster("killed"),
      "run: { command: echo started; sleep 2, compute: killed, environment: { image: ubuntu } }\n",
    );
    const step = await act(emulator, "up", run, { killAt: /started/ });
    expect(step.exitCode).toBeNull();
    expect(step.summary).toContain("To resume");
    const name = /&#39;(run-[0-9a-f-]+)/.exec(step.summary)?.[1] ?? "";
    const resumed = await act(emulator, "train", config(cluster("killed")), { inputs: { "run-name": name } });
    expect(resumed.outputs["run-status"]).toBe("Completed");
  });

  it("misses its gate when the metric was never logged", async () => {
    const run = config(
      cluster("gated"),
      "run: { command: echo nothing, compute: gated, environment: { image: ubuntu } }\ngates:\n  - { metric: accuracy, at_least: 0.9 }\n",
    );
    const step = await act(emulator, "up", run);
    expect(step.outputs["failure-reason"]).toBe("gate-missed");
  });
});

describe("detach", () => {
  it("detaches an attached compute, and says that the resource still exists", async () => {
    emulator.addMachine("leaving");
    await act(emulator, "apply", config(machine("leaving", "leaving")));
    emulator.clearJournal();
    const step = await act(emulator, "detach", {}, { inputs: { only: "leaving" } });
    expect(step.exitCode).toBe(0);
    expect(writesIn(emulator.journal())).toEqual(["DELETE computes/leaving"]);
    expect(step.summary).toContain("still exists");
  });

  it("deletes a service-created compute only with allow-delete", async () => {
    await act(emulator, "apply", config(cluster("kept")));
    emulator.clearJournal();
    const refused = await act(emulator, "detach", {}, { inputs: { only: "kept" } });
    expect(refused.exitCode).toBe(1);
    expect(writesIn(emulator.journal())).toEqual([]);
    const deleted = await act(emulator, "detach", {}, { inputs: { only: "kept", "allow-delete": "true" } });
    expect(deleted.exitCode).toBe(0);
    expect(emulator.journal().find(({ method }) => method === "DELETE")?.query["underlyingResourceAction"]).toBe(
      "Delete",
    );
  });

  it("is an error without names", async () => {
    const step = await act(emulator, "detach", config(cluster("nothing")));
    expect(step.outputs["failure-reason"]).toBe("invalid-input");
    expect(emulator.journal()).toEqual([]);
  });
});

describe("signing in", () => {
  it("explains a wrong client secret", async () => {
    const step = await act(emulator, "plan", config(cluster("any")), {
      inputs: { auth: "service-principal", "client-secret": "not-the-secret-at-all" },
    });
    expect(step.outputs["failure-reason"]).toBe("authentication-failed");
    expect(step.annotations.at(-1)?.message).toContain("AADSTS7000215");
    expect(step.log.join("\n") + step.summary).not.toContain("not-the-secret-at-all");
  });

  it("accepts the JSON that azure/login accepts", async () => {
    const all = emulator.environment("cloud");
    const creds = JSON.stringify({
      clientId: all["AZURE_CLIENT_ID"],
      clientSecret: all["AZURE_CLIENT_SECRET"],
      tenantId: all["AZURE_TENANT_ID"],
      subscriptionId: all["AZURE_SUBSCRIPTION_ID"],
    });
    const step = await act(emulator, "plan", config(cluster("any")), { inputs: { creds } });
    expect(step.exitCode).toBe(0);
    expect(emulator.journal().some(({ path }) => path.includes("id-token"))).toBe(false);
  });

  it("renews a token that the service calls expired, and continues", async () => {
    emulator.faults.add({
      method: "GET",
      path: "/computes$",
      kind: "status",
      status: 401,
      body: { error: { code: "ExpiredAuthenticationToken", message: "expired" } },
    });
    const step = await act(emulator, "plan", config(cluster("any")));
    expect(step.exitCode).toBe(0);
  });

  it("reads a secret from a vault, masked before anything else sees it", async () => {
    emulator.addMachine("vaulted");
    emulator.putSecret("machine-password", "From-the-vault-2468");
    const vault = `${emulator.origin}/secrets/machine-password`;
    const yaml = config(machine("vaulted", "vaulted"))["azureml.yml"].replace(
      "{ env: DSVM_PASSWORD }",
      `{ key_vault: "${vault}" }`,
    );
    const step = await act(emulator, "apply", { "azureml.yml": yaml });
    expect(step.log.join("\n")).toContain("apply succeeded.");
    expect(step.masks).toContain("From-the-vault-2468");
    expect(step.log.join("\n")).not.toContain("From-the-vault-2468");
  });
});

describe("secrets and foreign text", () => {
  it("leaves no secret in log, summary, outputs or report", async () => {
    emulator.addMachine("quiet");
    const step = await act(emulator, "apply", config(machine("quiet", "quiet")));
    const unmasked = step.raw.split("\n").filter((line) => !line.startsWith("::add-mask::"));
    const everything = [
      ...unmasked,
      step.summary,
      JSON.stringify(step.outputs),
      readFileSync(step.outputs["result-path"] ?? "", "utf8"),
      readFileSync(step.outputs["report-html-path"] ?? "", "utf8"),
    ].join("\n");
    expect(everything).not.toContain(password);
    expect(step.masks).toContain(password);
  });

  it("never lets a line of a run's log become a workflow command", async () => {
    const command = `printf '::error::forged\\n  ::set-output name=x::y\\n##[error]old style\\n'`;
    const run = {
      ...config(cluster("hostile"), "run: job.yml\n"),
      "job.yml": `command: ${JSON.stringify(command)}\ncompute: azureml:hostile\nenvironment: { image: ubuntu }\n`,
    };
    const step = await act(emulator, "up", run);
    expect(step.exitCode).toBe(0);
    expect(step.annotations).toEqual([]);
    expect(step.raw).not.toMatch(/^\s*::(error|set-output)/m);
    expect(step.raw).not.toContain("##[error]");
    expect(step.log.join("\n")).toContain("forged");
  });
});

describe("the result file", () => {
  it("holds the run with everything that the summary shows", async () => {
    const run = config(
      cluster("reported"),
      "run: { command: echo hi, compute: reported, environment: { image: ubuntu } }\n",
    );
    const step = await act(emulator, "up", run);
    const result = JSON.parse(readFileSync(step.outputs["result-path"] ?? "", "utf8")) as Result;
    expect(result).toMatchObject({
      schemaVersion: 1,
      command: "up",
      conclusion: "success",
      run: { status: "Completed", compute: "reported", reused: false },
    });
  });
});

describe("by hand", () => {
  it("an older Node is told which one is needed", () => {
    const older = "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '22.1.0' } })";
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ["--import", `data:text/javascript,${encodeURIComponent(older)}`, "dist/index.js"],
      { encoding: "utf8", env: { INPUT_COMMAND: "validate", RUNNER_TOOL_CACHE: tmpdir() } },
    );
    expect([status, stdout, stderr]).toEqual([
      1,
      "",
      "This action needs Node 24, and this is Node 22.1.0. Run it by: npx node@24 dist/index.js\n",
    ]);
  });
});

describe("without a network", () => {
  it("validates, and reports every problem at its place", async () => {
    const checkout = checkoutOf({
      "azureml.yml": `${workspaceLine}targets:\n  - { name: a-1, type: amlcompute }\n  - compute/*.yml\nrun: missing.yml\n`,
      "compute/one.yml": "name: cluster\ntype: amlcompute\nmin_instance: 1\n",
      "compute/two.yml":
        "name: dsvm\ntype: virtualmachine\nresource_id: /subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/v\nssh_settings:\n  admin_username: u\n  admin_password: literally-the-secret\n",
    });
    const step = await runStep({
      checkout,
      inputs: { command: "validate" },
      environment: { HTTPS_PROXY: "http://127.0.0.1:9" },
    });
    expect(step.exitCode).toBe(1);
    expect(
      step.annotations
        .filter(({ properties }) => properties["file"] !== undefined)
        .map(
          ({ properties }) =>
            `${properties["file"] ?? ""}:${properties["line"] ?? ""}:${properties["col"] ?? ""} ${properties["title"] ?? ""}`,
        ),
    ).toEqual([
      "azureml.yml:3:13 illegal-name",
      "azureml.yml:5:6 missing-file",
      "compute/one.yml:3:1 unknown-key",
      "compute/two.yml:6:19 literal-secret",
    ]);
    expect(step.raw + step.summary).not.toContain("literally-the-secret");
  });

  it("runs a job on the runner itself", async () => {
    const checkout = checkoutOf({
      "job.yml":
        "command: cat data.txt && echo ${{inputs.word}} > outputs/word.txt\ncode: src\ninputs: { word: hello }\ncompute: local\nenvironment: { image: ubuntu }\n",
      "src/data.txt": "from the code folder\n",
    });
    const step = await runStep({ checkout, inputs: { command: "train", run: "job.yml" } });
    expect(step.log).toContain("from the code folder");
    expect(step.outputs["run-status"]).toBe("Completed");
    expect(readFileSync(join(step.outputs["artifacts-path"] ?? "", "word.txt"), "utf8")).toBe("hello\n");
  });
});
