import { describe, expect, it } from "@jest/globals";
import { createPipelineRequest, createHttpHeaders, type PipelineResponse } from "@azure/core-rest-pipeline";
import { bearerTokenPolicy } from "../../src/azure/pipeline.ts";

/** Minutes of the clock. */
let minute = 0;
const clock = { now: () => minute * 60_000, sleep: () => Promise.resolve() };

/** Each sign-in gives the next of these: the minute in which it runs out, or a refusal. */
function requests(...answers: readonly (number | "fails")[]) {
  minute = 0;
  const waiting = [...answers];
  const credential = {
    getToken: async () => {
      const answer = waiting.shift();
      if (typeof answer !== "number") throw new Error("Entra is busy.");
      return { token: `until ${answer}`, expiresOnTimestamp: answer * 60_000 };
    },
  };
  const policy = bearerTokenPolicy(
    () => Promise.resolve(credential),
    "scope",
    clock,
    () => undefined,
  );
  return async (at: number): Promise<string | undefined> => {
    minute = at;
    let sent: string | undefined;
    const url = "https://management.azure.com/";
    await policy.sendRequest(createPipelineRequest({ url }), async (request): Promise<PipelineResponse> => {
      sent = request.headers.get("authorization");
      return { request, headers: createHttpHeaders(), status: 200 };
    });
    return sent;
  };
}

describe("a token", () => {
  it("is renewed before it runs out, and not with every request", async () => {
    const send = requests(60, 115);
    expect([await send(0), await send(54), await send(56), await send(100)]).toEqual([
      "Bearer until 60",
      "Bearer until 60",
      "Bearer until 115",
      "Bearer until 115",
    ]);
  });

  it("serves to its end where it cannot be renewed, and is renewed as soon as it can be", async () => {
    const send = requests(60, "fails", "fails", 118);
    const sent = [await send(0), await send(56), await send(57), await send(58)];
    expect(sent).toEqual(["Bearer until 60", "Bearer until 60", "Bearer until 60", "Bearer until 118"]);
  });

  it("that has run out is sent no more", async () => {
    const send = requests(60, "fails");
    await send(0);
    await expect(send(60)).rejects.toThrow("Entra is busy.");
  });
});
