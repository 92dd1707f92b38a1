import { describe, expect, it } from "@jest/globals";
import {
  differencesFrom,
  faultOf,
  liveNodesOf,
  nodesOf,
  readiness,
  toRequest,
  toUpdate,
  type ComputeInstance,
} from "../../src/compute/compute-instance/compute-instance.ts";
import { readTarget } from "../../src/compute/read.ts";
import { formatProblem } from "../../src/yaml/problem.ts";
import { nodeOf } from "../support/documents.ts";
import { checkoutOf } from "../support/step.ts";
import { computeInstance, liveInstance, workspace } from "../support/targets.ts";

function read(yaml: string, folder = "/checkout") {
  const { node, problems } = nodeOf(`name: ann-instance\ntype: computeinstance\n${yaml}`, folder);
  if (node === undefined) return { problems };
  const found = readTarget(node, { checkout: folder });
  return { target: found.target as ComputeInstance, problems: [...problems, ...found.problems] };
}

const cron = (action: string, rest = "") =>
  `schedules: { compute_start_stop: [{ action: ${action}, trigger: { type: cron, expression: 0 18 * * * }${rest} }] }\n`;

describe("what is billed while nobody works", () => {
  it.each([
    ["nothing stops it", "", true],
    ["it is only started", cron("start"), true],
    ["its stop is switched off", cron("stop", ", state: disabled"), true],
    ["it stops when idle", "idle_time_before_shutdown_minutes: 30\n", false],
    ["a schedule stops it", cron("stop"), false],
  ])("is a warning when %s: %#", (_, yaml, warned) => {
    const { problems } = read(yaml);
    expect(problems.map(({ code, severity }) => `${severity} ${code}`)).toEqual(
      warned ? ["warning billed-while-idle"] : [],
    );
  });

  it("counts as nothing at the least where something stops it", () => {
    expect(nodesOf(computeInstance())).toMatchObject({ minimum: 1, maximum: 1 });
    expect(nodesOf(computeInstance({ idleShutdown: "PT30M" }))).toMatchObject({ minimum: 0, maximum: 1 });
    expect(liveNodesOf(liveInstance())).toMatchObject({ minimum: 1 });
    expect(liveNodesOf(liveInstance({ idleTimeBeforeShutdown: "PT30M" }))).toMatchObject({ minimum: 0 });
  });
});

describe("a declaration", () => {
  it.each([
    [
      "schedules: { compute_start_stop: [{ action: stop, trigger: { type: daily } }] }",
      'file.yml:3:68: "daily" is not one of the values allowed here. Use cron or recurrence. [wrong-value]',
    ],
    [
      "schedules: { compute_start_stop: [{ action: stop, trigger: { type: cron, expression: 0 25 * * * } }] }",
      'file.yml:3:86: The expression "0 25 * * *" has "25" as its hour, which goes from 0 to 23. Write five fields, for example 0 18 * * * for every day at 18:00. [malformed-cron]',
    ],
    [
      "schedules: { compute_start_stop: [{ action: stop, trigger: { type: cron, expression: 0 18 * * *, time_zone: W Europe Standard Time } }] }",
      `file.yml:3:109: Unknown time zone "W Europe Standard Time". Did you mean W. Europe Standard Time? Use Windows' name of it, for example UTC, W. Europe Standard Time or Pacific Standard Time. [unknown-time-zone]`,
    ],
    [
      "idle_time_before_shutdown_minutes: 5",
      "file.yml:3:36: idle_time_before_shutdown_minutes is 5. Use 15 minutes to 3 days (4320 minutes). [out-of-range]",
    ],
    [
      "idle_time_before_shutdown_minutes: 30\ncustom_applications:\n- name: a\n  image: { reference: i }\n  endpoints: [{ target: 80, published: 8080 }]",
      "file.yml:7:25: The port 80 cannot be used. Use a port from 1026 to 65534. [out-of-range]",
    ],
    ["idle_time_before_shutdown_minutes: 30\nmin_instances: 1", 'file.yml:4:1: Unknown key "min_instances".'],
  ])("is refused at the place of its mistake: %#", (yaml, expected) => {
    const [problem] = read(`${yaml}\n`).problems.filter(({ severity }) => severity === "error");
    expect(problem && formatProblem(problem)).toContain(expected);
  });

  it("may bring its setup script from the checkout, which is then sent with the request", async () => {
    const folder = checkoutOf({ "setup/create.sh": "#!/bin/bash\necho hello\n" });
    const scripts = (script: string) =>
      `idle_time_before_shutdown_minutes: 30\nsetup_scripts: { creation_script: ${script} }\n`;
    const { target, problems } = read(scripts("{ local_path: setup/create.sh, timeout_minutes: 5 }"), folder);
    expect(problems).toEqual([]);
    if (target === undefined) throw new Error("There is no target.");
    expect(await toRequest(target, workspace)).toMatchObject({
      properties: {
        properties: {
          setupScripts: {
            scripts: {
              creationScript: {
                scriptSource: "inline",
                scriptData: Buffer.from("#!/bin/bash\necho hello\n").toString("base64"),
                timeout: "5m",
              },
            },
          },
        },
      },
    });
    const codes = (script: string) => read(scripts(script), folder).problems.map(({ code }) => code);
    expect(codes("{ local_path: setup/gone.sh }")).toEqual(["missing-file"]);
    expect(codes("{ local_path: ../outside.sh }")).toEqual(["missing-file"]);
    expect(codes("{ local_path: setup/create.sh, path: Users/a.sh }")).toEqual(["missing-key"]);
  });
});

const evening = {
  action: "stop",
  enabled: true,
  timeZone: "UTC",
  by: "cron",
  expression: "0 18 * * *",
} as const;
const liveEvening = {
  id: "schedule-1",
  provisioningStatus: "Completed",
  status: "Enabled",
  action: "Stop",
  triggerType: "Cron",
  cron: { startTime: "2026-01-01T00:00:00", timeZone: "UTC", expression: "0 18 * * *", triggerType: "Cron" },
};
const application = {
  name: "rstudio",
  image: "rocker/rstudio:4",
  endpoints: [{ target: 8787, published: 8787 }],
  environmentVariables: { USER: "ann" },
  bindMounts: [],
};
const liveApplication = {
  name: "rstudio",
  image: { type: "docker", reference: "rocker/rstudio:4" },
  endpoints: [{ name: "connect", protocol: "http", target: 8787, published: 8787, hostIp: null }],
  environmentVariables: { USER: { type: "local", value: "ann" } },
  volumes: [],
  docker: { privileged: true },
};

describe("what is live", () => {
  it.each<[string, Partial<ComputeInstance>, Readonly<Record<string, unknown>>]>([
    ["what the service filled in", {}, {}],
    ["its creator as the assigned user, where none is declared", {}, {}],
    ["a stopped instance", {}, { state: "Stopped" }],
    ["another spelling of the idle time", { idleShutdown: "PT60M" }, { idleTimeBeforeShutdown: "PT1H" }],
    ["an idle time that is not declared", {}, { idleTimeBeforeShutdown: "PT30M" }],
    ["ids and starts of schedules", { schedules: [evening] }, { schedules: { computeStartStop: [liveEvening] } }],
    ["no schedules", { schedules: [] }, {}],
    ["what it knows of applications besides", { applications: [application] }, { customServices: [liveApplication] }],
    ["SSH that is closed, where it says nothing of it", { ssh: { publicAccess: false } }, {}],
    ["scripts that it keeps back", { setupScripts: { creation: { source: "inline", data: "eA==" } } }, {}],
    ["members that no stable version shows", { rootAccess: false, osPatching: true }, {}],
  ])("is not drift: %s", (_, declared, live) => {
    expect(differencesFrom(computeInstance(declared), liveInstance(live), workspace)).toEqual([]);
  });

  it.each<[string, Partial<ComputeInstance>, Readonly<Record<string, unknown>>, string]>([
    ["size", { size: "Standard_D4_v3" }, {}, "size"],
    ["assigned user", { assignedUser: { objectId: "other", tenantId: "T" } }, {}, "create_on_behalf_of.user_object_id"],
    [
      "schedule",
      { schedules: [{ ...evening, expression: "0 19 * * *" }] },
      { schedules: { computeStartStop: [liveEvening] } },
      "schedules",
    ],
    [
      "switched-off schedule",
      { schedules: [{ ...evening, enabled: false }] },
      { schedules: { computeStartStop: [liveEvening] } },
      "schedules",
    ],
    [
      "image",
      { applications: [{ ...application, image: "x" }] },
      { customServices: [liveApplication] },
      "custom_applications",
    ],
    [
      "variable",
      { applications: [{ ...application, environmentVariables: { USER: "bob" } }] },
      { customServices: [liveApplication] },
      "custom_applications.rstudio.USER",
    ],
    [
      "script",
      { setupScripts: { creation: { source: "workspaceStorage", data: "Users/b.sh" } } },
      { setupScripts: { scripts: { creationScript: { scriptSource: "workspaceStorage", scriptData: "Users/a.sh" } } } },
      "setup_scripts.creation_script.path",
    ],
    ["SSH", { ssh: { publicAccess: true } }, {}, "ssh_public_access_enabled"],
    ["single sign-on", { sso: false }, {}, "enable_sso"],
    ["tag", { tags: { team: "vision" } }, {}, "tags.team"],
  ])("is another %s, which only a new instance can have", (_, declared, live, field) => {
    const target = computeInstance(declared);
    const differences = differencesFrom(target, liveInstance(live), workspace);
    expect(differences).toMatchObject([{ field, means: "recreate" }]);
    expect(toUpdate(target, differences)).toBeUndefined();
  });

  it("never shows the text of a script or the value of a variable", () => {
    const target = computeInstance({
      setupScripts: { creation: { source: "inline", data: "c2VjcmV0LW9uZQ==" } },
      applications: [{ ...application, environmentVariables: { USER: "secret-two" } }],
    });
    const live = liveInstance({
      setupScripts: { scripts: { creationScript: { scriptSource: "inline", scriptData: "c2VjcmV0LXRocmVl" } } },
      customServices: [{ ...liveApplication, environmentVariables: { USER: { type: "local", value: "secret-four" } } }],
    });
    const shown = JSON.stringify(differencesFrom(target, live, workspace));
    expect(shown).toContain("setup_scripts.creation_script.local_path");
    expect(shown).not.toMatch(/secret|c2Vj/);
  });

  it("is given another idle time in place", () => {
    const target = computeInstance({ idleShutdown: "PT30M" });
    const differences = differencesFrom(target, liveInstance({ idleTimeBeforeShutdown: "PT1H" }), workspace);
    expect(differences).toEqual([
      { field: "idle_time_before_shutdown_minutes", from: "60", to: "30", means: "in-place" },
    ]);
    expect(toUpdate(target, differences)).toEqual({
      method: "POST",
      action: "updateIdleShutdownSetting",
      body: { idleTimeBeforeShutdown: "PT30M" },
    });
  });
});

describe("its state beside the provisioning", () => {
  it.each(["CreateFailed", "SetupFailed", "UserSetupFailed", "Unusable", "SETUPFAILED"])("%s is a fault", (state) => {
    const live = liveInstance({ state, errors: [{ error: { code: "ScriptError", message: "exit code 1" } }] });
    expect(faultOf(live)).toMatchObject({ code: state, details: [{ code: "ScriptError", message: "exit code 1" }] });
    expect(readiness(live)).toMatchObject({ state: "failed", error: { code: state } });
  });

  it.each(["Creating", "SettingUp", "UserSettingUp", "Starting"])("%s is waited for", (state) => {
    expect(faultOf(liveInstance({ state }))).toBeUndefined();
    expect(readiness(liveInstance({ state }))).toEqual({ state: "waiting", progress: state });
  });

  it.each(["Running", "JobRunning", "Stopped", "Stopping", "SomethingNew", null])("%s is fine", (state) => {
    expect(faultOf(liveInstance({ state }))).toBeUndefined();
    expect(readiness(liveInstance({ state }))).toEqual({ state: "ready" });
  });
});
