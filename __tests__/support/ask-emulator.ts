import { readFileSync } from "node:fs";
import { request } from "node:https";
import type { Emulator } from "../../emulator/emulator.ts";

/** An answer of the emulator. */
export type Answered = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** JSON where it is some. */
  readonly body: unknown;
};

type Asked = {
  readonly body?: unknown;
  /** Instead of the one for ARM. */
  readonly token?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
};

/** One request over HTTPS, at the emulator's own address unless the address says another. */
export function ask(emulator: Emulator, method: string, address: string, asked: Asked = {}): Promise<Answered> {
  const { body, headers = {} } = asked;
  const token = "token" in asked ? asked.token : emulator.accessToken();
  return new Promise((resolve, reject) => {
    const sent = request(
      address.startsWith("/") ? `${emulator.origin}${address}` : address,
      {
        method,
        ca: readFileSync(emulator.caFile),
        headers: {
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          "content-type": "application/json",
          ...headers,
        },
      },
      (answer) => {
        let text = "";
        answer.setEncoding("utf8").on("data", (part: string) => (text += part));
        answer.on("end", () =>
          resolve({
            status: answer.statusCode ?? 0,
            headers: answer.headers as Answered["headers"],
            body: parsed(text),
          }),
        );
      },
    );
    sent.on("error", reject);
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

function parsed(text: string): unknown {
  try {
    return text === "" ? undefined : (JSON.parse(text) as unknown);
  } catch {
    return text;
  }
}

/** Asks after an operation until it has ended. @param headers of the answer that began it. */
export async function followed(emulator: Emulator, { headers }: Answered): Promise<Readonly<Record<string, unknown>>> {
  for (;;) {
    const { body } = await ask(emulator, "GET", headers["azure-asyncoperation"] ?? "");
    const status = body as { readonly status: string };
    if (status.status !== "Updating") return status;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
