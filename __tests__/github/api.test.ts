import { afterAll, expect, it } from "@jest/globals";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { githubApi } from "../../src/github/api.ts";

type Asked = { readonly path: string; readonly authorization: string | undefined };

/** GitHub's API, whose lists name a next page; and whoever is named, who counts what is asked. */
async function server(link: ((origin: string) => string) | undefined) {
  const asked: Asked[] = [];
  const http = createServer((request, response) => {
    asked.push({ path: request.url ?? "", authorization: request.headers.authorization });
    const origin = `http://${request.headers.host ?? ""}`;
    const isFirst = !(request.url ?? "").includes("page=2");
    response
      .writeHead(200, {
        "content-type": "application/json",
        ...(link !== undefined && isFirst ? { link: `<${link(origin)}>; rel="next"` } : {}),
      })
      .end(JSON.stringify([{ id: isFirst ? 1 : 2 }]));
  });
  await new Promise<void>((ready) => http.listen(0, "127.0.0.1", ready));
  const origin = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  return { origin, asked, [Symbol.asyncDispose]: () => new Promise<void>((closed) => http.close(() => closed())) };
}

// The library reads where GitHub is when it is loaded.
let link: (origin: string) => string = (origin) => origin;
const github = await server((origin) => link(origin));
process.env["GITHUB_API_URL"] = github.origin;
afterAll(() => github[Symbol.asyncDispose]());

async function listed() {
  const api = await githubApi("the-token", {
    clock: { now: () => 0, sleep: () => Promise.resolve() },
    signal: new AbortController().signal,
  });
  return api.paginate(api.rest.issues.listComments, { owner: "o", repo: "r", issue_number: 1 });
}

it("reads the next page of a list where GitHub has it", async () => {
  link = (origin) => `${origin}/repos/o/r/issues/1/comments?page=2`;
  expect(await listed()).toHaveLength(2);
  expect(github.asked.map(({ authorization }) => authorization)).toEqual(["token the-token", "token the-token"]);
});

it("sends the token to nobody whom a Link header names", async () => {
  await using stranger = await server(undefined);
  const { host } = new URL(stranger.origin);
  for (const named of [
    `${stranger.origin}/repos/o/r/issues/1/comments?page=2`,
    `//${host}/x?page=2`,
    `http://github@${host}/x?page=2`,
  ]) {
    link = () => named;
    await expect(listed()).rejects.toThrow(/the token is not sent there/);
  }
  expect(stranger.asked).toEqual([]);
});
