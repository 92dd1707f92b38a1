import { describe, expect, it } from "@jest/globals";
import type { ServiceError } from "../../src/azure/outcome.ts";
import { serviceErrorOf } from "../../src/azure/service-error.ts";
import { failureCause } from "../../src/release/failure-cause.ts";

const fallback = { code: "DeploymentFailed", message: "The deployment failed." };
const crashed = serviceErrorOf(
  {
    error: {
      code: "BadArgument",
      message:
        "User container has crashed or terminated. Please see troubleshooting guide, available here: https://aka.ms/oe-tsg#error-resourcenotready",
    },
  },
  fallback,
);

type Case = {
  readonly what: string;
  readonly error?: ServiceError;
  readonly server?: string;
  readonly initializer?: string;
  readonly code: string;
  readonly message: string | RegExp;
  readonly advice?: string | RegExp;
};

const traceback = (...lines: readonly string[]) =>
  [
    "Initializing the server",
    "Traceback (most recent call last):",
    '  File "score.py", line 3, in <module>',
    ...lines,
  ].join("\n");

const cases: readonly Case[] = [
  {
    what: "a missing module, under the name of its package",
    error: crashed,
    server: traceback("ModuleNotFoundError: No module named 'sklearn.ensemble'"),
    code: "ModuleNotFound",
    message: "ModuleNotFoundError: No module named 'sklearn.ensemble'",
    advice: /^Add scikit-learn to the pip part of the environment's conda_file/,
  },
  {
    what: "a module that nobody knows a package for",
    server: traceback("ModuleNotFoundError: No module named 'helpers'"),
    code: "ModuleNotFound",
    message: "ModuleNotFoundError: No module named 'helpers'",
    advice: /Add helpers .* or put the module helpers into the code folder/,
  },
  {
    what: "a wrong path of a model",
    error: crashed,
    server: traceback("FileNotFoundError: [Errno 2] No such file or directory: '/var/azureml-app/model.pkl'"),
    code: "FileNotFound",
    message: "FileNotFoundError: [Errno 2] No such file or directory: '/var/azureml-app/model.pkl'",
    advice: /AZUREML_MODEL_DIR/,
  },
  {
    what: "a scoring script that is not there",
    server: "python: can't open file '/var/azureml-app/src/scoer.py': [Errno 2] No such file or directory",
    code: "ScoringScriptNotFound",
    message: /scoer\.py/,
    advice: /^scoer\.py is not in the code folder/,
  },
  {
    what: "a script without run()",
    server: traceback("AttributeError: module 'main' has no attribute 'run'"),
    code: "ScriptIncomplete",
    message: /has no attribute 'run'/,
    advice: "The scoring script has to define run(), at its top level.",
  },
  {
    what: "what a script has raised, and not what its server made of that",
    server: traceback(
      "ValueError: bad weights",
      "",
      "The above exception was the direct cause of the following exception:",
      "",
      "Traceback (most recent call last):",
      '  File "amlserver.py", line 9, in setup',
      "azureml_inference_server_http.server.user_script.UserScriptException: Caught an unhandled exception from the user script",
    ),
    code: "ScriptFailed",
    message: "ValueError: bad weights",
    advice: /type: local/,
  },
  {
    what: "an image that cannot be pulled, whatever an older log says",
    error: serviceErrorOf(
      {
        error: {
          code: "DeploymentFailed",
          message: JSON.stringify({
            error: {
              code: "BadArgument",
              message: "Failed to pull image 'acr.azurecr.io/clf:9': manifest unknown.",
            },
          }),
        },
      },
      fallback,
    ),
    server: traceback("ValueError: of yesterday"),
    code: "BadArgument",
    message: "Failed to pull image 'acr.azurecr.io/clf:9': manifest unknown",
    advice: /AcrPull/,
  },
  {
    what: "a port that does not answer",
    error: serviceErrorOf(
      {
        error: {
          code: "ResourceNotReady",
          message: "Liveness probe failed: dial tcp 10.0.0.4:5001: connection refused",
        },
      },
      fallback,
    ),
    server: "Container is starting\nListening on 8080",
    code: "ResourceNotReady",
    message: "Liveness probe failed: dial tcp 10.0.0.4:5001: connection refused",
    advice: /inference_config/,
  },
  {
    what: "quota",
    error: serviceErrorOf({ error: { code: "OutOfQuota", message: "Not enough quota available." } }, fallback),
    code: "OutOfQuota",
    message: "Not enough quota available",
    advice: /strategy: replace/,
  },
  {
    what: "memory",
    error: crashed,
    server: "Worker (pid:31) was sent SIGKILL! Perhaps out of memory?",
    code: "OutOfMemory",
    message: /SIGKILL/,
    advice: /instance_type/,
  },
  {
    what: "a model that could not be fetched, before anything could serve",
    error: crashed,
    initializer: "Downloading\nError: blob LocalUpload/1/model.pkl does not exist",
    code: "ModelNotFound",
    message: /does not exist/,
    advice: /Storage Blob Data Reader/,
  },
  {
    what: "what Azure says, where nothing more is known",
    error: serviceErrorOf({ error: { code: "InternalServerError", message: "Something broke." } }, fallback),
    code: "InternalServerError",
    message: "Something broke",
  },
  {
    what: "that there is no reason, where nobody gives one",
    code: "DeploymentFailed",
    message: "the service gave no reason",
  },
];

describe("the leaf cause of a failed deployment is", () => {
  it.each(cases)("$what", ({ error, server, initializer, code, message, advice }) => {
    const cause = failureCause(error, {
      ...(server === undefined ? {} : { server }),
      ...(initializer === undefined ? {} : { initializer }),
    });
    expect(cause.code).toBe(code);
    expect(cause.message).toEqual(typeof message === "string" ? message : expect.stringMatching(message));
    if (advice === undefined) expect(cause.advice).toBeUndefined();
    else expect(cause.advice).toEqual(typeof advice === "string" ? advice : expect.stringMatching(advice));
  });

  it("is found at once in lines that are long: a script may print what it was sent", () => {
    const server = [`file not found: ${"a".repeat(30_000)}`, `image ${"registry ".repeat(5_000)}`].join("\n");
    const from = performance.now();
    failureCause(undefined, { server, initializer: server });
    expect(performance.now() - from).toBeLessThan(2000);
  }, 600_000);
});
