import { afterAll, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import * as fc from "fast-check";
import { mkdtempSync, writeFileSync } from "node:fs";
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createScoring } from "../../src/azure/scoring.ts";
import type { RequestTest } from "../../src/deployment/parts/tests.ts";
import { differencesFrom } from "../../src/release/json-subset.ts";
import { runRequestTests } from "../../src/release/smoke-test.ts";
import type { TestReport } from "../../src/report/result.ts";
import { fastClock } from "../faults/fast-clock.ts";
import { requestTest } from "../support/online-release.ts";

type Asked = { readonly path: string; readonly headers: IncomingHttpHeaders; readonly body: string };

let server: Server;
let origin = "";
let asked: Asked[] = [];
/** How the model answers, one request after the other; the last one goes on. */
let answers: ((response: ServerResponse) => void)[] = [];

const json =
  (body: unknown, status = 200, headers: Readonly<Record<string, string>> = {}) =>
  (response: ServerResponse) => {
    response.writeHead(status, { "content-type": "application/json", ...headers });
    response.end(JSON.stringify(body));
  };

beforeAll(async () => {
  server = createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8").on("data", (part: string) => (body += part));
    request.on("end", () => {
      asked.push({ path: request.url ?? "", headers: request.headers, body });
      const answer = answers.length > 1 ? answers.shift() : answers[0];
      answer?.(response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));
beforeEach(() => {
  asked = [];
  answers = [json({ predictions: [3] })];
});

const run = (...tests: readonly Partial<RequestTest>[]) => runUntil(Infinity, tests);

async function runUntil(deadline: number, tests: readonly Partial<RequestTest>[]): Promise<readonly TestReport[]> {
  const { signal } = new AbortController();
  const outcome = await runRequestTests(
    tests.map((fields) => requestTest(fields)),
    {
      place: "runner",
      uri: `${origin}/score`,
      headers: { authorization: "Bearer key", "azureml-model-deployment": "green" },
    },
    { scoring: createScoring(undefined, signal), clock: fastClock(), signal, deadline, onProgress: () => undefined },
  );
  if (!outcome.ok) throw new Error(outcome.failure.error.message);
  return outcome.value;
}

/** What is said of the only test. */
async function said(fields: Partial<RequestTest>): Promise<string | undefined> {
  const [report] = await run(fields);
  expect(report?.passed).toBe(report?.message === undefined);
  return report?.message;
}

it("asks nothing once the time of the command is over, and says so", async () => {
  expect(await runUntil(0, [{ calls: 5 }])).toMatchObject([
    {
      passed: false,
      calls: 0,
      message: expect.stringContaining("the command ran out of time after 0 of 5 calls"),
    },
  ]);
  expect(asked).toEqual([]);
});

describe("a smoke test", () => {
  it("sends the body, who asks, and which deployment is meant", async () => {
    const [report] = await run({});
    expect(report).toMatchObject({ name: "tests[0]", passed: true, calls: 1, status: "200", url: `${origin}/score` });
    expect(asked).toMatchObject([
      {
        path: "/score",
        body: '{"data":[[1,2]]}',
        headers: {
          authorization: "Bearer key",
          "azureml-model-deployment": "green",
          "content-type": "application/json",
          "content-length": "16",
        },
      },
    ]);
  });

  it("sends a file as it is", async () => {
    const file = join(mkdtempSync(join(tmpdir(), "smoke-")), "one.csv");
    writeFileSync(file, "a,b\n1,2\n");
    const [report] = await run({ request: { from: "file", path: "tests/one.csv", file }, contentType: "text/csv" });
    expect(report).toMatchObject({ name: "tests/one.csv", passed: true });
    expect(asked[0]).toMatchObject({ body: "a,b\n1,2\n", headers: { "content-type": "text/csv" } });
  });

  it("whose file is gone says so, and asks nobody", async () => {
    const request = { from: "file", path: "tests/one.csv", file: "/nowhere/one.csv" } as const;
    expect(await said({ request })).toBe("The file tests/one.csv cannot be read.");
    expect(asked).toEqual([]);
  });

  it("goes to a route of its own below the root", async () => {
    await run({ path: "/v1/models/clf:predict" });
    expect(asked[0]?.path).toBe("/v1/models/clf:predict");
  });

  it.each<{ readonly what: string; readonly fields: Partial<RequestTest>; readonly expected: string | undefined }>([
    { what: "the answer has more keys", fields: { response: {} }, expected: undefined },
    {
      what: "a number differs",
      fields: { response: { predictions: [4] } },
      expected: "predictions[0]: 4 wanted, 3 got",
    },
    {
      what: "a number is within the tolerance",
      fields: { response: { predictions: [3.5] }, tolerance: 0.5 },
      expected: undefined,
    },
    {
      what: "a number is just outside of it",
      fields: { response: { predictions: [3.5] }, tolerance: 0.4 },
      expected: "predictions[0]: 3.5 (±0.4) wanted, 3 got",
    },
    {
      what: "a list is longer",
      fields: { response: { predictions: [] } },
      expected: "predictions: 0 items wanted, 1 got",
    },
    { what: "a key is missing", fields: { response: { label: "a" } }, expected: 'label: "a" wanted, nothing got' },
    {
      what: "the status is another one",
      fields: { status: 400 },
      expected: 'status 400 wanted, 200 got: {"predictions":[3]}',
    },
    {
      what: "a schema holds",
      fields: { schema: { type: "object", required: ["predictions"] } },
      expected: undefined,
    },
    {
      what: "a schema does not hold",
      fields: { schema: { properties: { predictions: { items: { type: "string" } } } } },
      expected: 'The answer is not as the schema says: /predictions/0 must be string. It is {"predictions":[3]}',
    },
  ])("says what was wanted and got where $what", async ({ fields, expected }) => {
    expect(await said(fields)).toBe(expected);
  });

  it("reads JSON that a script returns as a text", async () => {
    answers = [json(JSON.stringify({ predictions: [3] }))];
    expect(await said({ response: { predictions: [3] } })).toBeUndefined();
    expect(await said({ response: '{"predictions":[3]}' })).toBeUndefined();
  });

  it("measures the 95th percentile over its calls", async () => {
    const slow = (response: ServerResponse) => void setTimeout(() => json({})(response), 120);
    answers = [slow, slow, json({})];
    const [report] = await run({ calls: 20, maxLatencyMs: 100 });
    expect(asked).toHaveLength(20);
    expect(report).toMatchObject({ passed: false, calls: 20 });
    expect(report?.latency?.p95).toBeGreaterThanOrEqual(100);
    expect(report?.latency?.median).toBeLessThan(100);
    expect(report?.message).toMatch(/^max_latency_ms is 100, and the 95th percentile of 20 calls is \d+ ms\.$/);
  });

  it("stops at the first call that fails, and runs the other tests all the same", async () => {
    answers = [json({}), json({ error: "x" }, 500), json({ predictions: [3] })];
    const reports = await run({ calls: 5 }, { response: { predictions: [3] } });
    expect(reports).toMatchObject([{ passed: false, calls: 2 }, { passed: true }]);
  });

  it("is sent again after a lost connection, and where the service says when to come back", async () => {
    answers = [
      (response) => response.destroy(),
      json({}, 429, { "retry-after": "1" }),
      json({}, 503, { "retry-after": "1" }),
      json({ predictions: [3] }),
    ];
    expect(await said({})).toBeUndefined();
    expect(asked).toHaveLength(4);
  });

  it.each([500, 503, 424])("is not sent again after %s: what is ready has to serve", async (status) => {
    answers = [json({}, status), json({})];
    expect(await said({})).toBe(`status 200 wanted, ${status} got: {}`);
    expect(asked).toHaveLength(1);
  });

  it("gives up where nobody answers", async () => {
    answers = [(response) => response.destroy()];
    expect(await said({})).toMatch(/^no answer: .+ \[ECONNRESET\]$/);
    expect(asked).toHaveLength(4);
  });
});

describe("a part of JSON", () => {
  const value = fc.jsonValue({ maxDepth: 3 });

  it("is in every value that has it", () => {
    fc.assert(fc.property(value, (json) => expect(differencesFrom(json, json, 0)).toEqual([])));
    fc.assert(
      fc.property(fc.dictionary(fc.string(), value), fc.dictionary(fc.string(), value), (wanted, more) => {
        expect(differencesFrom(wanted, { ...more, ...wanted }, 0)).toEqual([]);
      }),
    );
  });

  it("is not in a value that lacks a key of it, whatever the key is called", () => {
    for (const key of ["__proto__", "constructor", "a"]) {
      const wanted = JSON.parse(`{"${key}": 1}`) as unknown;
      expect(differencesFrom(wanted, {}, 0)).toEqual([{ path: key, wanted: 1 }]);
    }
  });
});
