import { beforeEach, describe, expect, it } from "@jest/globals";
import { hasChangesIn } from "../../src/release/changes.ts";
import { connectTo, type Connected } from "../support/online-release.ts";
import {
  fieldsOf,
  liveServices,
  model,
  releaseService,
  service,
  serviceWrites,
  wants,
  type ServiceOptions,
} from "../support/service-release.ts";
import { useEmulator } from "../support/use-emulator.ts";

const emulator = useEmulator({ serving: "light", durations: { default: 0.02 } });
beforeEach(async () => {
  emulator.putServiceScorer("clf", undefined);
  emulator.putServiceScorer("clf-c", undefined);
  await model(emulator);
});

const passes = wants({ modelIds: ["clf:1"] });
const first = () => service(`${passes}description: first\n`);
const second = () => service(`${passes}description: second\n`, { version: "2" });

async function released(): Promise<Connected> {
  const connected = await connectTo(emulator);
  const { failures } = await releaseService(first(), connected);
  expect(failures).toEqual([]);
  emulator.clearJournal();
  return connected;
}

/** The run stops, as if it had crashed, before the write that follows so many. */
function crashAfter(writes: number): ServiceOptions {
  let left = writes;
  return { isHeld: () => left-- > 0 };
}

/** The service is as declared, has passed, and nothing else is there. */
async function isReleased(declared: ReturnType<typeof service>, connected: Connected): Promise<void> {
  expect(await liveServices(connected)).toEqual({ clf: "Healthy" });
  emulator.clearJournal();
  const { report, failures } = await releaseService(declared, connected);
  expect(failures).toEqual([]);
  expect(report.action).toBe("unchanged");
  expect(serviceWrites(emulator)).toEqual([]);
}

describe("after a crash", () => {
  it.each([0, 1])("of a first release after %s writes, the next run finishes it", async (writes) => {
    const connected = await connectTo(emulator);
    const crashed = await releaseService(first(), connected, crashAfter(writes));
    expect(crashed.report.action).not.toBe("unchanged");
    const { report, failures } = await releaseService(first(), connected);
    expect(failures).toEqual([]);
    expect(report).toMatchObject({ action: "created", tests: [{ passed: true }] });
    expect(serviceWrites(emulator).filter((write) => write === "POST clf")).toHaveLength(1);
    await isReleased(first(), connected);
  });

  it.each([0, 1, 2, 3])("of an update after %s writes, the next run finishes it", async (writes) => {
    const connected = await released();
    await releaseService(second(), connected, crashAfter(writes));
    const { failures } = await releaseService(second(), connected);
    expect(failures).toEqual([]);
    expect(await fieldsOf("clf", connected)).toMatchObject({ description: "second" });
    await isReleased(second(), connected);
  });

  it.each([0, 1, 2, 3])("of an update after %s writes, a run of the old version takes it back", async (writes) => {
    const connected = await released();
    await releaseService(second(), connected, crashAfter(writes));
    const { failures } = await releaseService(first(), connected);
    expect(failures).toEqual([]);
    expect(await fieldsOf("clf", connected)).toMatchObject({ description: "first" });
    await isReleased(first(), connected);
  });

  it("of an update that does not pass, the next run sets the fields back", async () => {
    const connected = await released();
    const bad = () => service(`${wants({ ok: true })}description: bad\n`, { version: "bad" });
    emulator.putServiceScorer("clf-c", { answer: { ok: true } });
    await releaseService(bad(), connected, crashAfter(3));
    expect(await fieldsOf("clf", connected)).toMatchObject({ description: "bad" });
    const { report, failures } = await releaseService(bad(), connected);
    expect(failures).toMatchObject([{ reason: "smoke-test-failed" }]);
    expect(report.action).toBe("rolled-back");
    expect(await fieldsOf("clf", connected)).toMatchObject({ description: "first" });
    await isReleased(first(), connected);
  });

  it("of an update, another version goes back first, and on from there", async () => {
    const connected = await released();
    await releaseService(second(), connected, crashAfter(3));
    emulator.clearJournal();
    const third = () => service(`${passes}description: third\n`, { version: "3" });
    const { report, failures, planned } = await releaseService(third(), connected);
    expect(failures).toEqual([]);
    expect(report.action).toBe("updated");
    expect(planned.steps.map(({ action }) => action)).toEqual(["update", "create", "test", "delete", "update", "test"]);
    expect(serviceWrites(emulator)).toEqual(["PATCH clf", "POST clf-c", "DELETE clf-c", "PATCH clf", "PATCH clf"]);
    await isReleased(third(), connected);
  });

  it("of an update, nothing more is written where the service cannot be read once it is back", async () => {
    const connected = await released();
    await releaseService(second(), connected, crashAfter(3));
    emulator.clearJournal();
    emulator.faults.add({ method: "GET", path: "/services/clf$", skip: 3, times: 40, kind: "status", status: 503 });
    const third = () => service(`${passes}description: third\n`, { version: "3" });
    const { failures } = await releaseService(third(), connected);
    expect(failures).toMatchObject([{ reason: "service-unreachable" }]);
    expect(serviceWrites(emulator)).toEqual(["PATCH clf"]);
    emulator.faults.clear();
  });

  it("of a roll-back, the next run goes on with it", async () => {
    const connected = await released();
    const bad = () => service(`${wants({ ok: true })}description: bad\n`, { version: "bad" });
    emulator.putServiceScorer("clf-c", { answer: { ok: true } });
    const crashed = await releaseService(bad(), connected, crashAfter(3));
    expect(crashed.failures).toMatchObject([{ reason: "smoke-test-failed" }, { reason: "conflict" }]);
    expect(crashed.leftGoing).toHaveLength(1);
    const { failures } = await releaseService(first(), connected);
    expect(failures).toEqual([]);
    await isReleased(first(), connected);
  });
});

describe("a first release that serves", () => {
  it("is never removed because it could not be noted that it has passed", async () => {
    const connected = await connectTo(emulator);
    emulator.faults.add({ method: "PATCH", path: "/services/clf$", kind: "status", status: 400 });
    const made = await releaseService(first(), connected);
    expect(made.report).toMatchObject({ action: "created" });
    expect(made.report.notes.join()).toContain("could not be recorded");
    emulator.clearJournal();
    const bad = service(`${wants({ ok: true })}description: bad\n`, { version: "bad" });
    const { failures, planned } = await releaseService(bad, connected);
    expect(failures).toMatchObject([{ reason: "smoke-test-failed" }]);
    expect(planned.steps.map(({ action }) => action)).toEqual(["create", "test", "delete", "update", "test"]);
    expect(serviceWrites(emulator)).toEqual(["POST clf-c", "DELETE clf-c"]);
    expect(await fieldsOf("clf", connected)).toMatchObject({ description: "first" });
  });

  it("is waited for where it shows late", async () => {
    const connected = await connectTo(emulator);
    emulator.faults.add({ method: "GET", path: "/services/clf$", skip: 2, times: 2, kind: "status", status: 404 });
    const { report, failures } = await releaseService(first(), connected);
    expect(failures).toEqual([]);
    expect(report).toMatchObject({ action: "created", state: "Healthy" });
  });

  it("is a pending change of a plan as long as its tests have not passed", async () => {
    const connected = await connectTo(emulator);
    await releaseService(first(), connected, crashAfter(1));
    const { planned } = await releaseService(first(), connected);
    expect(hasChangesIn(planned)).toBe(true);
    expect(planned.steps.map(({ action }) => action)).toEqual(["test", "update"]);
  });
});

describe("after a sign-in that was lost on the way", () => {
  const lostAfter = (writes: number): ServiceOptions => {
    let left = writes;
    return {
      isHeld: () => {
        if (left-- > 0) return true;
        throw Object.assign(new Error("The sign-in was refused."), { name: "AuthenticationFailed" });
      },
    };
  };

  it.each([1, 2])("it is said what may be left of %s writes, and the next run goes on from there", async (writes) => {
    const connected = await released();
    const { report, failures, leftGoing } = await releaseService(second(), connected, lostAfter(writes));
    expect(failures).toMatchObject([{ reason: "authentication-failed", message: "The sign-in was refused." }]);
    expect(report.changed).toBe(true);
    expect(leftGoing.map(({ what }) => what)).toEqual([
      "The web service clf, or its candidate clf-c, may be between two versions",
    ]);
    expect((await releaseService(second(), connected)).failures).toEqual([]);
    await isReleased(second(), connected);
  });
});

describe("after a lost reply", () => {
  const kinds = [
    ["carried out, the reply lost", { kind: "lost-reply" }],
    ["carried out, a gateway gave up", { kind: "status-after", status: 503 }],
    ["never carried out", { kind: "reset" }],
    ["refused by a gateway", { kind: "status", status: 503 }],
  ] as const;
  const writes = [
    ["the creation of the candidate", "POST", "/services$"],
    ["the deletion of the candidate", "DELETE", "/services/clf-c$"],
    ["the update", "PATCH", "/services/clf$"],
  ] as const;
  const cases = writes.flatMap(([what, method, path]) =>
    kinds.map(([how, fault]) => ({ what, how, fault: { method, path, ...fault } })),
  );

  it.each(cases)("$what: $how; the release ends as if nothing had been", async ({ fault }) => {
    const connected = await released();
    emulator.faults.add(fault);
    const { report, failures, leftGoing } = await releaseService(second(), connected);
    expect(failures).toEqual([]);
    expect(leftGoing).toEqual([]);
    expect(report.action).toBe("updated");
    await isReleased(second(), connected);
  });

  it.each(kinds)("the first creation: %s", async (_, fault) => {
    const connected = await connectTo(emulator);
    emulator.faults.add({ method: "POST", path: "/services$", ...fault });
    const { report, failures } = await releaseService(first(), connected);
    expect(failures).toEqual([]);
    expect(report.action).toBe("created");
    await isReleased(first(), connected);
  });

  it("of the note that it has passed, the next run tests it again at worst", async () => {
    const connected = await released();
    emulator.faults.add({ method: "PATCH", path: "/services/clf$", skip: 1, times: 3, kind: "status", status: 503 });
    const { report, failures } = await releaseService(second(), connected);
    expect(failures).toEqual([]);
    expect(report.notes).toContainEqual(expect.stringContaining("tests it again"));
    emulator.faults.clear();
    const again = await releaseService(second(), connected);
    expect(again.failures).toEqual([]);
    expect(again.report.tests).toMatchObject([{ passed: true }]);
    await isReleased(second(), connected);
  });
});

describe("what somebody else has in flight on the service", () => {
  it.each([
    ["PATCH", "/services/clf$"],
    ["DELETE", "/services/clf-c$"],
  ])("is waited for: %s", async (method, path) => {
    const connected = await released();
    const body = { error: { code: "ServiceBusy", message: "Another operation is in progress." } };
    emulator.faults.add({ method, path, kind: "status", status: 409, body });
    const { report, failures } = await releaseService(second(), connected);
    expect(failures).toEqual([]);
    expect(report.action).toBe("updated");
    await isReleased(second(), connected);
  });

  it("is joined before anything is decided", async () => {
    const connected = await released();
    emulator.faults.add({ method: "PATCH", path: "/services/clf$", kind: "operation-takes", seconds: 0.6 });
    await connected.azure.v1Services.update("clf", [{ op: "replace", path: "/description", value: "by hand" }]);
    const { report, failures } = await releaseService(second(), connected);
    expect(failures).toEqual([]);
    expect(report.action).toBe("updated");
    await isReleased(second(), connected);
  });

  it("is a conflict where the name is taken meanwhile", async () => {
    const connected = await connectTo(emulator);
    const body = { error: { code: "ServiceExists", message: "A service of that name exists." } };
    emulator.faults.add({ method: "POST", path: "/services$", kind: "status", status: 409, times: 3, body });
    const { report, failures } = await releaseService(first(), connected);
    expect(failures).toMatchObject([{ reason: "conflict", message: expect.stringContaining("ServiceExists") }]);
    expect(report.action).toBe("failed");
  });
});

describe("what is still being deployed", () => {
  it("is left at the end of its time, and joined by the next run", async () => {
    const connected = await connectTo(emulator);
    emulator.faults.add({ method: "POST", path: "/services$", kind: "operation-takes", seconds: 1.5 });
    const hasty = service(`${passes}description: first\ntimeout: 2\n`);
    const { failures, leftGoing } = await releaseService(hasty, connected);
    expect(failures).toMatchObject([{ reason: "timeout", where: { file: "deploy.yml" } }]);
    expect(leftGoing).toMatchObject([
      { what: expect.stringContaining("clf"), next: expect.stringContaining("deploy again") },
    ]);
    const joined = await releaseService(first(), connected);
    expect(joined.failures).toEqual([]);
    expect(joined.report).toMatchObject({ action: "created", tests: [{ passed: true }] });
    expect(serviceWrites(emulator)).toEqual(["POST clf", "PATCH clf"]);
  });

  it("is left where the workflow is cancelled, and finished by the next run", async () => {
    const cancel = new AbortController();
    const connected = await connectTo(emulator, { signal: cancel.signal });
    emulator.faults.add({ method: "POST", path: "/services$", kind: "operation-takes", seconds: 1 });
    setTimeout(() => cancel.abort(), 600);
    const { failures, leftGoing } = await releaseService(first(), connected);
    expect(failures).toMatchObject([{ reason: "cancelled" }]);
    expect(leftGoing).toHaveLength(1);
    const next = await connectTo(emulator);
    const { report } = await releaseService(first(), next);
    expect(report.action).toBe("created");
    await isReleased(first(), next);
  });

  it("is not waited for with wait: false, and goes on in the next run", async () => {
    const connected = await connectTo(emulator);
    const { report, failures, leftGoing } = await releaseService(first(), connected, { wait: false });
    expect(failures).toEqual([]);
    expect(report).toMatchObject({ action: "submitted", tests: [] });
    expect(leftGoing).toHaveLength(1);
    expect(serviceWrites(emulator)).toEqual(["POST clf"]);
    await connected.clock.sleep(30);
    const again = await releaseService(first(), connected, { wait: false });
    expect(again.report).toMatchObject({ action: "submitted", state: "Healthy", tests: [] });
    expect(serviceWrites(emulator)).toEqual(["POST clf"]);
    const later = await releaseService(first(), connected);
    expect(later.failures).toEqual([]);
    await isReleased(first(), connected);
  });

  it("of an update with wait: false is its first step alone", async () => {
    const connected = await released();
    const { report } = await releaseService(second(), connected, { wait: false });
    expect(report.action).toBe("submitted");
    expect(serviceWrites(emulator)).toEqual(["POST clf-c"]);
    const later = await releaseService(second(), connected);
    expect(later.failures).toEqual([]);
    await isReleased(second(), connected);
  });
});
