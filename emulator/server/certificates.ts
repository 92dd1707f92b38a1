import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { generate } from "selfsigned";
import { realHosts } from "./cloud-endpoints.ts";

export type Certificates = {
  /** PEM file of the authority, for `NODE_EXTRA_CA_CERTS` and its like. */
  readonly caFile: string;
  readonly key: string;
  readonly cert: string;
};

/** An authority of its own, and a certificate of it for loopback and for the real names; made once for a state folder. */
export async function certificates(folder: string): Promise<Certificates> {
  const files = { ca: join(folder, "ca.pem"), key: join(folder, "server.key"), cert: join(folder, "server.pem") };
  // One that was made when there were fewer names is of no use.
  const names = join(folder, "names.json");
  if (!existsSync(files.cert) || !existsSync(names) || readFileSync(names, "utf8") !== JSON.stringify(realHosts)) {
    mkdirSync(folder, { recursive: true });
    const days = {
      notBeforeDate: new Date(Date.now() - 86_400_000),
      notAfterDate: new Date(Date.now() + 800 * 86_400_000),
    };
    const ca = await generate([{ name: "commonName", value: "Azure ML emulator" }], {
      ...days,
      keyType: "ec",
      algorithm: "sha256",
      extensions: [
        { name: "basicConstraints", cA: true, critical: true },
        { name: "keyUsage", keyCertSign: true, cRLSign: true, critical: true },
      ],
    });
    const server = await generate([{ name: "commonName", value: "localhost" }], {
      ...days,
      keyType: "ec",
      algorithm: "sha256",
      ca: { key: ca.private, cert: ca.cert },
      extensions: [
        { name: "basicConstraints", cA: false },
        { name: "keyUsage", digitalSignature: true, critical: true },
        { name: "extKeyUsage", serverAuth: true },
        {
          name: "subjectAltName",
          altNames: [
            { type: 7, ip: "127.0.0.1" },
            { type: 2, value: "localhost" },
            ...realHosts.map((value) => ({ type: 2 as const, value })),
          ],
        },
      ],
    });
    writeFileSync(names, JSON.stringify(realHosts));
    writeFileSync(files.ca, ca.cert);
    writeFileSync(files.key, server.private, { mode: 0o600 });
    writeFileSync(files.cert, `${server.cert}\n${ca.cert}`);
  }
  return { caFile: files.ca, key: readFileSync(files.key, "utf8"), cert: readFileSync(files.cert, "utf8") };
}
