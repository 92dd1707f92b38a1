import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { isDetail, patched } from "../../emulator/data-plane/v1-services-patch.ts";

const escaped = (name: string) => name.replaceAll("~", "~0").replaceAll("/", "~1");
const names = fc.oneof(fc.string({ minLength: 1 }), fc.constantFrom("__proto__", "constructor", "a/b", "m~n", "0"));
const properties = fc.dictionary(names, fc.string());

describe("a change of a service", () => {
  it("sets and removes a member of any name, and touches no other", () => {
    fc.assert(
      fc.property(properties, names, fc.string(), (known, name, value) => {
        const document = { name: "svc", properties: known };
        const path = `/properties/${escaped(name)}`;
        const set = patched(document, [{ op: "add", path, value }], "ACI");
        if (isDetail(set)) throw new Error(set.message);
        const has = new Map(Object.entries(set["properties"] as object));
        expect(has).toEqual(new Map([...Object.entries(known), [name, value]]));
        const removed = patched(set, [{ op: "remove", path }], "ACI");
        if (isDetail(removed)) throw new Error(removed.message);
        const left = Object.entries(known).filter(([other]) => other !== name);
        expect(new Map(Object.entries(removed["properties"] as object))).toEqual(new Map(left));
        expect(removed["name"]).toBe("svc");
      }),
    );
  });

  it("is refused as a whole, and leaves what it was given as it is", () => {
    fc.assert(
      fc.property(properties, fc.array(names, { maxLength: 3 }), (known, path) => {
        const document = { name: "svc", properties: known };
        const before = structuredClone(document);
        const wrong = { op: "replace", path: `/name/${path.map(escaped).join("/")}`, value: 1 };
        const result = patched(document, [{ op: "replace", path: "/properties", value: {} }, wrong], "ACI");
        expect(isDetail(result)).toBe(true);
        expect(document).toEqual(before);
      }),
    );
  });
});
