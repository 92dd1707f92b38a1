import { expect, it } from "@jest/globals";
import fc from "fast-check";
import { leafCause, serviceErrorOf } from "../../src/azure/service-error.ts";

const fallback = { code: "HTTP500", message: "no explanation" };

it.each([
  {
    form: "ARM's",
    body: { error: { code: "A", message: "outer", details: [{ code: "B", message: "inner" }] } },
    leaf: "B: inner",
  },
  { form: "doubly nested", body: { error: { error: { code: "A", message: "deep" } } }, leaf: "A: deep" },
  {
    form: "a provisioning error",
    body: { error: { code: "AttachmentReplaced", message: "replaced" } },
    leaf: "AttachmentReplaced: replaced",
  },
  {
    form: "what the service behind endpoints does not take, as JSON within a message",
    body: {
      error: {
        code: "BadRequest",
        message: "The request is invalid.",
        details: [
          {
            code: "InferencingClientCallFailed",
            message: JSON.stringify({
              errors: { Traffic: ["The traffic values sum up to 90."] },
              title: "One or more validation errors occurred.",
            }),
          },
        ],
      },
    },
    leaf: "InvalidMember: The traffic values sum up to 90.",
  },
  {
    form: "one with an innererror",
    body: { code: "BadRequest", message: "m", innererror: { code: "QuotaExceeded", message: "no cores" } },
    leaf: "QuotaExceeded: no cores",
  },
  {
    form: "Machine Learning's additionalInfo, whose inner errors are codes alone",
    body: {
      error: {
        code: "UserError",
        message: "The identity was not found.",
        additionalInfo: [
          { type: "ComponentName", info: { value: "managementfrontend" } },
          { type: "Correlation", info: { value: { operation: "o", request: "r" } } },
          {
            type: "InnerError",
            info: {
              value: { code: "NotFound", innerError: { code: "UserAssignedIdentityNotFound", innerError: null } },
            },
          },
        ],
      },
    },
    leaf: "UserAssignedIdentityNotFound: The identity was not found.",
  },
  {
    form: "what a program printed, beside an inner error that is a code alone",
    body: {
      error: {
        code: "UserError",
        message: '{"NonCompliant":"Traceback:\\nModuleNotFoundError: No module named sklearn\\n"}',
        innerError: { code: "UserTrainingScriptFailed", innerError: null },
      },
    },
    leaf: "UserTrainingScriptFailed: ModuleNotFoundError: No module named sklearn",
  },
  {
    form: "JSON at the end of a message",
    body: {
      code: "BadRequest",
      message: 'The deployment failed. StatusMessage: {"error":{"code":"SkuNotAvailable","message":"none left"}}.',
    },
    leaf: "SkuNotAvailable: none left",
  },
  {
    form: "JSON within a message that was escaped once more",
    body: { code: "Failed", message: 'It failed: {\\"code\\":\\"OutOfCapacity\\",\\"message\\":\\"full\\"}' },
    leaf: "OutOfCapacity: full",
  },
  {
    form: "what a program printed, quoted before another object",
    body: {
      code: "UserError",
      message: `${JSON.stringify({ NonCompliant: "Process 'worker 0' exited with code 1 and error message 'Execution failed.\nTraceback (most recent call last):\n  File \"train.py\", line 1, in <module>\nModuleNotFoundError: No module named 'x'\n" })}\n{\n "code": "ExecutionFailed",\n "target": "",\n "category": "UserError"\n}`,
    },
    leaf: "ExecutionFailed: ModuleNotFoundError: No module named 'x'",
  },
  {
    form: "an entry of a deployment, with a StatusMessage",
    body: {
      code: "ResourceDeploymentFailure",
      message: "",
      details: [{ StatusMessage: '{"status":"Failed","error":{"code":"QuotaExceeded","message":"no cores"}}' }],
    },
    leaf: "QuotaExceeded: no cores",
  },
  {
    form: "a policy's refusal, which names itself beside the message",
    body: {
      error: {
        code: "RequestDisallowedByPolicy",
        message: "Disallowed by policy.",
        additionalInfo: [{ type: "PolicyViolation", info: { policyDefinitionDisplayName: "No public clusters" } }],
      },
    },
    leaf: "RequestDisallowedByPolicy: Disallowed by policy. The policy is 'No public clusters'.",
  },
  { form: "JSON in a message's place", body: '{"error":{"code":"X","message":"quoted"}}', leaf: "X: quoted" },
  {
    form: "storage's XML",
    body: "<?xml version='1.0'?><Error><Code>BlobNotFound</Code><Message>gone\nRequestId: 1</Message></Error>",
    leaf: "BlobNotFound: gone",
  },
  {
    form: "a gateway's page",
    body: "<html><head><title>502 Bad Gateway</title></head><body><hr></body></html>",
    leaf: "HTTP500: 502 Bad Gateway",
  },
  { form: "a page without a title", body: "<!DOCTYPE html>\n<p>", leaf: "HTTP500: no explanation" },
  { form: "a text", body: "The upstream is gone.\nSorry", leaf: "HTTP500: The upstream is gone." },
  { form: "nothing", body: undefined, leaf: "HTTP500: no explanation" },
  {
    form: "a code that says nothing above one that does",
    body: {
      error: {
        code: "OK",
        message: "x",
        details: [
          { code: "BadRequest", message: "y", details: [{ code: "ClusterMinNodesExceedCoreQuota", message: "z" }] },
        ],
      },
    },
    leaf: "ClusterMinNodesExceedCoreQuota: z",
  },
])("finds the leaf cause in $form", ({ body, leaf }) => {
  const cause = leafCause(serviceErrorOf(body, fallback));
  expect(`${cause.code}: ${cause.message}`).toBe(leaf);
});

it("makes an error of any value", () => {
  fc.assert(
    fc.property(fc.anything(), (body) => {
      expect(typeof leafCause(serviceErrorOf(body, fallback)).message).toBe("string");
    }),
  );
});
