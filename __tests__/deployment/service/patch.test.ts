import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { toServicePatch, type ServiceChange } from "../../../src/deployment/service/patch.ts";

type Members = Readonly<Record<string, unknown>>;

/** A JSON Patch, applied as the service does it. */
function applied(document: Members, changes: readonly ServiceChange[]): Members {
  return changes.reduce<Members>((now, { path, value }) => {
    const [first = "", ...rest] = path
      .slice(1)
      .split("/")
      .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
    const [second] = rest;
    if (second === undefined) return { ...now, [first]: value };
    return { ...now, [first]: { ...(now[first] as Members), [second]: value } };
  }, document);
}

const text = fc.string({ maxLength: 8 });
const optional = (value: fc.Arbitrary<unknown>) => fc.option(value, { nil: null });
const tags = fc.dictionary(fc.string({ minLength: 1, maxLength: 6 }), text);
const service = fc.record({
  environmentImageRequest: fc.record({ modelIds: fc.array(text) }),
  kvTags: optional(tags),
  properties: tags,
  description: optional(text),
  authEnabled: optional(fc.boolean()),
  aadAuthEnabled: optional(fc.boolean()),
  appInsightsEnabled: optional(fc.boolean()),
  sslEnabled: optional(fc.boolean()),
  cname: optional(text),
  numReplicas: optional(fc.nat()),
  namespace: optional(text),
  autoScaler: optional(fc.record({ autoscaleEnabled: fc.boolean(), minReplicas: optional(fc.nat()) })),
  containerResourceRequirements: fc.record({ cpu: optional(fc.nat()), gpu: optional(fc.nat()) }),
});
const types = fc.constantFrom("aci" as const, "aks" as const);

/** What is declared of a service has the wanted value. */
const isAsWanted = (now: unknown, wanted: unknown): boolean =>
  wanted === null ||
  (typeof wanted === "object" && !Array.isArray(wanted)
    ? Object.entries(wanted as Members).every(([key, value]) => isAsWanted((now as Members | null)?.[key], value))
    : JSON.stringify(now) === JSON.stringify(wanted));

describe("the patch of a web service", () => {
  it("makes it what is declared, and back again what it was", () => {
    fc.assert(
      fc.property(types, service, service, (type, wanted, live) => {
        const { changes, back } = toServicePatch({ type }, wanted, live);
        const after = applied(live, changes);
        for (const { path } of changes) {
          const [field = ""] = path.slice(1).split("/");
          if (field !== "kvTags") expect(isAsWanted(after[field], (wanted as Members)[field])).toBe(true);
        }
        const restored = applied(after, back);
        // Properties can be added to and not removed.
        const properties = Object.entries(restored["properties"] as Members).filter(
          ([name, value]) => value !== "" || Object.hasOwn(live.properties, name),
        );
        expect({ ...restored, properties: Object.fromEntries(properties) }).toEqual(live);
      }),
    );
  });

  it("of what is as declared changes nothing", () => {
    fc.assert(
      fc.property(types, service, (type, live) => {
        expect(toServicePatch({ type }, live, live).changes).toEqual([]);
      }),
    );
  });

  it("sends a certificate with other changes, and cannot take it back", () => {
    const certificate = { sslEnabled: true, sslCertificate: "c", sslKey: "k" };
    const live = { sslEnabled: true, sslCertificate: null, sslKey: null, description: "first" };
    expect(toServicePatch({ type: "aci" }, certificate, live).changes).toEqual([]);
    const { changes, back, oneWay } = toServicePatch({ type: "aci" }, { ...certificate, description: "second" }, live);
    expect(changes.map(({ path }) => path)).toEqual(["/description", "/sslCertificate", "/sslKey"]);
    expect(oneWay).toEqual(["sslCertificate", "sslKey"]);
    expect(back).toEqual([{ op: "replace", path: "/description", value: "first" }]);
  });

  it("writes names of properties as parts of a pointer", () => {
    const { changes } = toServicePatch({ type: "aci" }, { properties: { "a/b~c": "1" } }, { properties: {} });
    expect(changes).toEqual([{ op: "add", path: "/properties/a~1b~0c", value: "1" }]);
  });

  it.each([
    ["aci", { containerResourceRequirements: { cpu: 2 } }, { containerResourceRequirements: { cpu: 1 } }, "cpu_cores"],
    ["aci", { dnsNameLabel: "b" }, { dnsNameLabel: "a" }, "dns_name_label"],
    ["aci", { location: "westeurope" }, { location: "eastus" }, "location"],
    ["aks", { computeName: "b" }, { computeName: "a" }, "compute"],
  ] as const)("of %s cannot change %j", (type, wanted, live, key) => {
    expect(toServicePatch({ type }, wanted, live)).toMatchObject({ changes: [], fixed: [{ key }] });
  });

  it.each([
    ["aci", { location: "eastus" }, { location: "East US" }],
    ["aci", { location: "eastus" }, { location: null }],
    ["aks", { computeName: "AKS1" }, { computeName: "aks1" }],
    ["aks", { containerResourceRequirements: { cpu: 2 } }, { containerResourceRequirements: { cpu: 1 } }],
  ] as const)("of %s takes %j for what it can be", (type, wanted, live) => {
    expect(toServicePatch({ type }, wanted, live).fixed).toEqual([]);
  });

  it("names declared keys that it does not set, and that the live service does not show", () => {
    const wanted = { dnsNameLabel: "clf", location: "eastus", dataCollection: { storageEnabled: true } };
    const live = { dnsNameLabel: null, location: "eastus" };
    expect(toServicePatch({ type: "aci" }, wanted, live).unseen).toEqual(["dns_name_label", "collect_model_data"]);
    expect(toServicePatch({ type: "aci" }, wanted, wanted).unseen).toEqual([]);
  });
});
