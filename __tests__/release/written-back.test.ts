import { expect, it } from "@jest/globals";
import { asItWas, changedEndpoint } from "../../src/release/batch-decision.ts";
import { bodyToRestore } from "../../src/release/online-bodies.ts";

const note = "https://management.azure.com/subscriptions/s/mfeOperationsStatus/odidp:1";
const wire = {
  name: "nightly",
  location: "eastus",
  tags: {},
  properties: {
    provisioningState: "Succeeded",
    authMode: "AADToken",
    model: "m",
    properties: { kept: "yes", AzureAsyncOperationUri: note },
  },
};
const live = { id: "", name: "nightly", provisioningState: "Succeeded", tags: {}, properties: {}, wire };

it.each([
  ["an online deployment", bodyToRestore({ location: "eastus", properties: wire.properties })],
  ["a batch deployment", asItWas(live as never)],
  ["a batch endpoint", changedEndpoint(live as never, { passed: "nightly:1" })],
])("what was read of %s is written back without the service's own note of an operation", (_, body) => {
  expect(body).toMatchObject({ properties: { properties: { kept: "yes" } } });
  expect(JSON.stringify(body)).not.toContain(note);
});
