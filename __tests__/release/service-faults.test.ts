import { describe, expect, it } from "@jest/globals";
import { connectTo } from "../support/online-release.ts";
import { fieldsOf, liveServices, model, releaseService, service, wants } from "../support/service-release.ts";
import { useEmulator } from "../support/use-emulator.ts";

const emulator = useEmulator({ serving: "light", durations: { default: 0.02 } });

const kinds = [
  { kind: "lost-reply" },
  { kind: "reset" },
  { kind: "status", status: 503 },
  { kind: "status-after", status: 503 },
] as const;
/** Every request of a release but those to what anybody else has tests for. */
const path = "/modelmanagement/|/artifact/";
/** More than any release of these sends. */
const mostRequests = 60;

describe("an update that passes as a candidate and not as the service", () => {
  it("is taken back whichever of its requests is disturbed, by itself or by the next run", async () => {
    const good = service(`${wants({ modelIds: ["clf:1"] })}description: first\n`);
    const bad = service(`${wants({ ok: true })}description: bad\n`, { version: "bad" });
    let disturbed = 0;
    for (let request = 0; request < mostRequests; request += 1) {
      emulator.empty();
      emulator.putServiceScorer("clf-c", undefined);
      await model(emulator);
      const connected = await connectTo(emulator);
      await releaseService(good, connected);
      emulator.clearJournal();
      emulator.putServiceScorer("clf-c", { answer: { ok: true } });
      const fault = kinds[request % kinds.length] ?? kinds[0];
      emulator.faults.add({ path, skip: request, ...fault });
      await releaseService(bad, connected).catch(() => undefined);
      const hit = emulator.journal().find((entry) => entry.fault !== undefined);
      emulator.faults.clear();
      if (hit === undefined) break;
      disturbed += 1;
      const what = `${fault.kind} of ${hit.method} ${hit.path}`;
      const { report } = await releaseService(bad, connected);
      expect([what, report.action]).toEqual([what, "rolled-back"]);
      expect([what, await liveServices(connected)]).toEqual([what, { clf: "Healthy" }]);
      expect(await fieldsOf("clf", connected)).toMatchObject({ description: "first" });
      expect([what, (await releaseService(good, connected)).report.action]).toEqual([what, "unchanged"]);
    }
    expect(disturbed).toBeGreaterThan(20);
    expect(disturbed).toBeLessThan(mostRequests);
  }, 300_000);
});
