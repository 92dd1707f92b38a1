import type { BlobContainer } from "./blob-container.ts";
import type { SendToStorage } from "./storage-requests.ts";

/** What a container has under a name. */
export type ListedBlob = {
  readonly bytes: number;
  /** Base64; absent where the storage keeps none. */
  readonly md5?: string;
  /** Names in lower case. */
  readonly metadata: Readonly<Record<string, string>>;
};

/** Blobs below a prefix, by their names, all pages. @throws as `send` does. */
export async function listBlobs(
  send: SendToStorage,
  container: BlobContainer,
  prefix: string,
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, ListedBlob>> {
  const found = new Map<string, ListedBlob>();
  let marker = "";
  do {
    const { body } = await send(container, {
      method: "GET",
      query: {
        restype: "container",
        comp: "list",
        prefix,
        include: "metadata",
        ...(marker === "" ? {} : { marker }),
      },
      ...(signal === undefined ? {} : { signal }),
    });
    const xml = (body as Buffer).toString("utf8");
    for (const [, blob = ""] of xml.matchAll(/<Blob>(.*?)<\/Blob>/gs)) {
      const name = memberOf(blob, "Name");
      const bytes = Number(memberOf(blob, "Content-Length") ?? NaN);
      const md5 = memberOf(blob, "Content-MD5");
      if (name === undefined || !Number.isFinite(bytes)) continue;
      found.set(name, { bytes, metadata: metadataOf(blob), ...(md5 === undefined || md5 === "" ? {} : { md5 }) });
    }
    marker = memberOf(xml, "NextMarker") ?? "";
  } while (marker !== "");
  return found;
}

function metadataOf(blob: string): Readonly<Record<string, string>> {
  const [, members = ""] = /<Metadata>(.*?)<\/Metadata>/s.exec(blob) ?? [];
  return Object.fromEntries(
    [...members.matchAll(/<([^<>/\s]+)>([^<]*)<\/\1>/g)].map(([, name = "", value = ""]) => [
      name.toLowerCase(),
      text(value),
    ]),
  );
}

/** The text of an element; one that the storage had to encode stands encoded as in an address. */
function memberOf(xml: string, name: string): string | undefined {
  const [, attributes = "", value] = new RegExp(`<${name}([^>]*)>([^<]*)</${name}>`).exec(xml) ?? [];
  if (value === undefined) return undefined;
  return /Encoded="true"/i.test(attributes) ? decodeURIComponent(text(value)) : text(value);
}

const entities: Readonly<Record<string, string>> = { lt: "<", gt: ">", quot: '"', apos: "'", amp: "&" };

function text(xml: string): string {
  return xml.replaceAll(/&(#x?[\da-f]+|[a-z]+);/gi, (whole, name: string) => {
    if (!name.startsWith("#")) return entities[name] ?? whole;
    const isHexadecimal = name.charAt(1).toLowerCase() === "x";
    return String.fromCodePoint(Number.parseInt(name.slice(isHexadecimal ? 2 : 1), isHexadecimal ? 16 : 10));
  });
}
