import { beforeEach, describe, expect, it } from "@jest/globals";
import { failed, succeeded, type AzureFailure } from "../../src/azure/outcome.ts";
import type { V1Services } from "../../src/azure/v1-services.ts";
import { setKeys } from "../../src/release/service-keys.ts";

type Which = "Primary" | "Secondary";

/** The keys that the service has, and those that it does not set: without a word, or with a refusal. */
let keys: { primary: string; secondary: string };
let ignored: readonly Which[];
let refused: readonly Which[];

beforeEach(() => {
  keys = { primary: "p-old", secondary: "s-old" };
  [ignored, refused] = [[], []];
});

const refusal: AzureFailure = {
  ...{ reason: "refused", status: 403 },
  error: { code: "AuthorizationFailed", message: "Not allowed.", details: [] },
};

const services = {
  keys: () => Promise.resolve(succeeded({ ...keys })),
  setKey: (_, which: Which, value = "made up") => {
    if (refused.includes(which)) return Promise.resolve(failed(refusal));
    if (!ignored.includes(which)) keys = { ...keys, [which.toLowerCase()]: value };
    return Promise.resolve(succeeded({}));
  },
} as Partial<V1Services> as V1Services;

const set = () =>
  setKeys(
    "clf",
    { primary: "p-new", secondary: "s-new" },
    { services, timeoutSeconds: 600, before: () => Promise.resolve(succeeded(undefined)) },
  );

describe("the keys of a web service", () => {
  it("are those that are declared, and the former ones are known", async () => {
    expect(await set()).toEqual(succeeded({ primary: "p-old", secondary: "s-old" }));
    expect(keys).toEqual({ primary: "p-new", secondary: "s-new" });
  });

  it("are not said to be set, where the service goes on with others", async () => {
    ignored = ["Secondary"];
    expect(await set()).toMatchObject({ ok: false, failure: { error: { code: "KeyNotSet" } } });
  });

  it("are what they were, where one of them cannot be set", async () => {
    refused = ["Secondary"];
    expect(await set()).toMatchObject({ ok: false, failure: { error: { code: "AuthorizationFailed" } } });
    expect(keys).toEqual({ primary: "p-old", secondary: "s-old" });
  });
});
