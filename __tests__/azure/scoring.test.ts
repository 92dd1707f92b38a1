import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createScoring, scoringAddress, type ScoringPlace } from "../../src/azure/scoring.ts";

const cloud = {
  name: "AzureCloud",
  resourceManager: "https://management.azure.com",
  dataPlaneSuffixes: ["api.azureml.ms", "ml.azure.com"],
};
const emulated = { ...cloud, resourceManager: "https://127.0.0.1:4443" };
const { signal } = new AbortController();

describe("an address that a key is sent to", () => {
  const isTaken = (text: string, place: ScoringPlace, at: typeof cloud | undefined) => {
    try {
      return scoringAddress(text, place, at).href !== "";
    } catch {
      return false;
    }
  };

  it.each<readonly [string, ScoringPlace, typeof cloud | undefined, boolean]>([
    ["https://ep.eastus.inference.ml.azure.com/score", "online", cloud, true],
    ["http://ep.eastus.inference.ml.azure.com/score", "online", cloud, false],
    ["https://ep.eastus.inference.ml.azure.com:8443/score", "online", cloud, false],
    ["https://inference.ml.azure.com.example.org/score", "online", cloud, false],
    ["https://xn--p-gfb.eastus.inference.ml.azure.com/score", "online", cloud, false],
    ["https://ep.eastus.inference.ml.azure.us/score", "online", { ...cloud, dataPlaneSuffixes: ["ml.azure.us"] }, true],
    ["https://management.azure.com/score", "online", cloud, false],
    ["https://user@ep.eastus.inference.ml.azure.com/score", "online", cloud, false],
    ["http://20.1.2.3/api/v1/endpoint/ep/score", "cluster", cloud, true],
    ["http://clf.eastus.azurecontainer.io/score", "cluster", cloud, true],
    ["http://169.254.169.254/metadata/identity", "cluster", cloud, false],
    ["http://168.63.129.16/", "cluster", cloud, false],
    ["http://127.0.0.1:80/score", "cluster", cloud, false],
    ["http://[::1]/score", "cluster", cloud, false],
    ["http://127.0.0.1:80/score", "cluster", emulated, true],
    ["https://127.0.0.1:4443/_inference/ep/score", "online", emulated, true],
    ["http://127.0.0.1:5001/score", "runner", undefined, true],
    ["http://10.0.0.1:5001/score", "runner", undefined, false],
    ["ftp://127.0.0.1/score", "runner", undefined, false],
    ["score", "runner", undefined, false],
  ])("%s as %s", (text, place, at, taken) => expect(isTaken(text, place, at)).toBe(taken));

  it("that is a stranger is not asked, and only its host is told", async () => {
    const answer = await createScoring(
      cloud,
      signal,
    )({ place: "online", url: "https://example.org/x?sig=secret", seconds: 5 });
    expect(answer).toMatchObject({ ok: false, failure: { reason: "refused", error: { code: "ForeignHost" } } });
    expect(JSON.stringify(answer)).not.toContain("secret");
  });
});

describe("a request to a model", () => {
  let model: Server;
  let proxy: Server;
  let origin = "";
  const proxied: string[] = [];
  let length = 0;
  const names = ["HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"] as const;
  const before = names.map((name) => process.env[name]);

  beforeAll(async () => {
    const started = async (server: Server) => {
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      return (server.address() as AddressInfo).port;
    };
    model = createServer((request, response) => {
      if (request.url === "/moved") response.writeHead(302, { location: "http://127.0.0.1:1/" }).end();
      else if (request.url === "/large") response.end(Buffer.alloc(length, "x"));
      else if (request.url !== "/never") response.end("ok");
    });
    origin = `http://127.0.0.1:${await started(model)}`;
    proxy = createServer((request, response) => {
      proxied.push(request.url ?? "");
      response.end("through the proxy");
    });
    const port = await started(proxy);
    process.env["HTTP_PROXY"] = `http://127.0.0.1:${port}`;
    process.env["HTTPS_PROXY"] = "http://127.0.0.1:1";
    process.env["NO_PROXY"] = "127.0.0.1";
  });
  afterAll(async () => {
    for (const [index, name] of names.entries()) {
      const value = before[index];
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
    for (const server of [model, proxy]) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  });
  const ask = (url: string, place: ScoringPlace = "runner", seconds = 5) =>
    createScoring(place === "runner" ? undefined : cloud, signal)({ place, url, seconds });

  it("goes by HTTP_PROXY where its address is plain http, and not where NO_PROXY names its host", async () => {
    const answer = await ask("http://clf.eastus.azurecontainer.io/score", "cluster");
    expect(answer).toMatchObject({ ok: true, value: { status: 200, text: "through the proxy" } });
    expect(proxied).toEqual(["http://clf.eastus.azurecontainer.io/score"]);
    expect(await ask(`${origin}/score`)).toMatchObject({ ok: true, value: { text: "ok", isWhole: true } });
    expect(proxied).toHaveLength(1);
  });

  it("is not redirected: the key goes nowhere else", async () => {
    expect(await ask(`${origin}/moved`)).toMatchObject({ ok: true, value: { status: 302 } });
  });

  it("is given up after its time", async () => {
    expect(await ask(`${origin}/never`, "runner", 0.2)).toMatchObject({
      ok: false,
      failure: { reason: "unreachable", error: { code: "Timeout", message: "no answer within 0.2 s" } },
    });
  });

  it("ends with the workflow", async () => {
    const controller = new AbortController();
    const scoring = createScoring(undefined, controller.signal);
    const asking = scoring({ place: "runner", url: `${origin}/never`, seconds: 60 });
    controller.abort();
    expect(await asking).toMatchObject({ ok: false, failure: { reason: "cancelled" } });
  });

  it("reads no more of an answer than it may be long", async () => {
    length = 9 * 1024 * 1024;
    const answer = await ask(`${origin}/large`);
    expect(answer).toMatchObject({ ok: true, value: { isWhole: false } });
    expect(answer.ok && answer.value.text.length).toBe(8 * 1024 * 1024);
  });
});
