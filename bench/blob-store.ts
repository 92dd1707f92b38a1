import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/**
 * `node bench/blob-store.ts`: as much of a blob service as submissions ask for, which keeps everything in memory and checks
 * no signature. Azurite needs 16 s of a processor for 500 MB in blocks, so that a submission would wait for nothing else,
 * whoever it is that submits. Its port is the first line of its output; it ends with its input.
 */
type Blob = { readonly body: readonly Buffer[]; readonly bytes: number; readonly etag: string; meta: Metadata };
type Metadata = Readonly<Record<string, string>>;

const blobs = new Map<string, Blob>();
const blocks = new Map<string, readonly Buffer[]>();

const server = createServer((request, response) => void answer(request, response));
server.listen(0, "127.0.0.1", () => console.log((server.address() as AddressInfo).port));
process.stdin.on("end", () => process.exit()).resume();

async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? "/", "http://store");
  const name = nameOf(request.headers.host ?? "", url);
  const body: Buffer[] = [];
  for await (const chunk of request) body.push(chunk as Buffer);
  const comp = url.searchParams.get("comp");
  const says = (status: number, headers: Metadata = {}, text?: Buffer | string) =>
    void response.writeHead(status, { ...headers, "x-ms-request-id": "1" }).end(text);
  switch (`${request.method} ${comp ?? ""}`) {
    case "PUT ":
      if (url.searchParams.has("restype")) return says(201);
      if (request.headers["if-none-match"] === "*" && blobs.has(name))
        return says(409, { "x-ms-error-code": "BlobAlreadyExists" });
      return says(201, headersOf(keep(name, body, request)));
    case "PUT block":
      blocks.set(`${name} ${url.searchParams.get("blockid")}`, body);
      return says(201);
    case "PUT blocklist": {
      const ids = [
        ...Buffer.concat(body)
          .toString("utf8")
          .matchAll(/<Latest>([^<]+)<\/Latest>/g),
      ];
      const parts = ids.flatMap(([, id]) => {
        const key = `${name} ${id}`;
        const part = blocks.get(key) ?? [];
        blocks.delete(key);
        return part;
      });
      return says(201, headersOf(keep(name, parts, request)));
    }
    case "PUT metadata": {
      const blob = blobs.get(name);
      if (blob === undefined) return says(404, { "x-ms-error-code": "BlobNotFound" });
      blob.meta = metadataIn(request);
      return says(200, headersOf(blob));
    }
    case "PUT lease":
      return says(201, { "x-ms-lease-id": String(request.headers["x-ms-proposed-lease-id"] ?? "1") });
    case "GET list":
      return says(200, { "content-type": "application/xml" }, list(name, url.searchParams.get("prefix") ?? ""));
    case "HEAD ":
    case "GET ": {
      const blob = blobs.get(name);
      if (blob === undefined) return says(404, { "x-ms-error-code": "BlobNotFound" });
      const headers = { ...headersOf(blob), "content-length": String(blob.bytes), "x-ms-blob-type": "BlockBlob" };
      return says(200, headers, request.method === "HEAD" ? undefined : Buffer.concat(blob.body));
    }
    case "DELETE ":
      return says(blobs.delete(name) ? 202 : 404);
    default:
      return says(400, { "x-ms-error-code": "UnsupportedHttpVerb" });
  }
}

/** Container and blob. By the real name of an account that is all of a path; else the account comes before it. */
function nameOf(host: string, { pathname }: URL): string {
  const path = decodeURIComponent(pathname).slice(1);
  return host.includes(".blob.") ? path : path.slice(path.indexOf("/") + 1);
}

function keep(name: string, body: readonly Buffer[], request: IncomingMessage): Blob {
  const bytes = body.reduce((sum, { length }) => sum + length, 0);
  const blob = { body, bytes, etag: `"${createHash("md5").update(`${name} ${Date.now()}`).digest("hex")}"` };
  const kept = { ...blob, meta: metadataIn(request) };
  blobs.set(name, kept);
  return kept;
}

function metadataIn({ headers }: IncomingMessage): Metadata {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (name.startsWith("x-ms-meta-") ? [[name, String(value)]] : [])),
  );
}

function headersOf({ etag, meta }: Blob): Metadata {
  return { etag, "last-modified": new Date().toUTCString(), ...meta };
}

function list(container: string, prefix: string): string {
  const found = [...blobs].filter(([name]) => name.startsWith(`${container}/${prefix}`));
  const entries = found.map(
    ([name, { bytes }]) =>
      `<Blob><Name>${name.slice(container.length + 1)}</Name><Properties><Content-Length>${bytes}</Content-Length></Properties></Blob>`,
  );
  return `<?xml version="1.0" encoding="utf-8"?><EnumerationResults><Blobs>${entries.join("")}</Blobs><NextMarker /></EnumerationResults>`;
}
