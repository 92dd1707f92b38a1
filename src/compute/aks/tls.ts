import * as z from "zod";
import type { LiveCompute } from "../../azure/computes.ts";
import type { ResolveSecret, SecretReference } from "../../secret/secret.ts";
import { secret } from "../../secret/reference.ts";
import { boolean, oneOf, text } from "../../yaml/shape.ts";
import { positionOf, type SourceNode } from "../../yaml/source.ts";
import { liveMember, type Comparison } from "../compare.ts";
import type { AddProblem, ChangeMeans } from "../kind.ts";

/** How web services of the cluster are reached by https. */
export type Tls =
  | { readonly by: "nothing" }
  | {
      readonly by: "certificate";
      /** Name that the certificate is for. */
      readonly cname: string;
      readonly certificate: SecretReference;
      readonly key: SecretReference;
    }
  /** A certificate of Microsoft's for `{label}.{region}.cloudapp.azure.com`. */
  | { readonly by: "leaf-domain"; readonly label: string; readonly overwriteExistingDomain: boolean };

export const sslSchema = () =>
  z
    .strictObject({
      status: oneOf(["enabled", "auto", "disabled"])
        .optional()
        .describe("disabled switches TLS off; the other two follow from the keys beside it."),
      cname: text().optional().describe("Name that the certificate is for."),
      cert: secret().optional(),
      key: secret().optional(),
      leaf_domain_label: text().optional().describe("First part of the name for which Microsoft issues a certificate."),
      overwrite_existing_domain: boolean().optional().describe("Take the leaf domain label over. Default: false."),
    })
    .describe("TLS: your own certificate (cname, cert and key), or a leaf domain label.");

type Declared = z.infer<ReturnType<typeof sslSchema>>;

const own = ["cname", "cert", "key"] as const;
const leaf = ["leaf_domain_label", "overwrite_existing_domain"] as const;

/** A certificate of one's own, or a leaf domain label, or neither: never both. */
export function readTls(declared: Declared, node: SourceNode, add: AddProblem): Tls | undefined {
  const { cname, cert, key, leaf_domain_label: label, status } = declared;
  const given = (keys: readonly (keyof Declared)[]) => keys.filter((part) => declared[part] !== undefined);
  const [firstLeaf] = given(leaf);
  const [firstOwn] = given(own);
  if (status === "disabled") {
    const stray = firstOwn ?? firstLeaf;
    if (stray === undefined) return { by: "nothing" };
    add(
      "tls-off-and-on",
      ["ssl", stray],
      `ssl.status is disabled, and there is ${stray} beside it.`,
      `Remove one of them.`,
    );
    return undefined;
  }
  if (firstOwn !== undefined && firstLeaf !== undefined) {
    add(
      "certificate-and-label",
      ["ssl", firstLeaf],
      `ssl has both a certificate of its own (${given(own).join(", ")}) and ${firstLeaf}.`,
      "Keep cname, cert and key, or keep leaf_domain_label.",
    );
    return undefined;
  }
  if (firstOwn !== undefined) {
    const missing = own.filter((part) => declared[part] === undefined);
    if (cname === undefined || cert === undefined || key === undefined) {
      add(
        "incomplete-certificate",
        ["ssl", firstOwn],
        `ssl has ${given(own).join(" and ")} and no ${missing.join(", no ")}.`,
        "Give cname, cert and key together; cert and key as references such as { env: TLS_KEY }.",
      );
      return undefined;
    }
    if (!/^(\*\.)?([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z0-9-]+$/i.test(cname)) {
      add(
        "malformed-cname",
        ["ssl", "cname"],
        `ssl.cname is ${JSON.stringify(cname)}, which is not a host name.`,
        "Write the name alone, as scoring.example.com.",
      );
    }
    return {
      by: "certificate",
      cname,
      certificate: { ...cert, where: positionOf(node, ["ssl", "cert"]) },
      key: { ...key, where: positionOf(node, ["ssl", "key"]) },
    };
  }
  if (label === undefined) {
    add(
      "missing-key",
      ["ssl"],
      "ssl says neither which certificate nor which leaf domain label.",
      "Add cname, cert and key, or leaf_domain_label, or status: disabled.",
    );
    return undefined;
  }
  if (!/^[a-z][a-z0-9-]{1,61}[a-z0-9]$/.test(label)) {
    add(
      "malformed-label",
      ["ssl", "leaf_domain_label"],
      `ssl.leaf_domain_label is ${JSON.stringify(label)}, which is not a valid domain label.`,
      "Use 3 to 63 lower-case letters, digits and dashes, beginning with a letter.",
    );
  }
  return { by: "leaf-domain", label, overwriteExistingDomain: declared.overwrite_existing_domain ?? false };
}

export function certificatesOf(tls: Tls | undefined): readonly SecretReference[] {
  return tls?.by === "certificate" ? [tls.certificate, tls.key] : [];
}

/** ARM's `sslConfiguration`, as the first SDK sends it. */
export async function tlsRequest(tls: Tls, resolve: ResolveSecret): Promise<unknown> {
  switch (tls.by) {
    case "nothing":
      return { status: statuses[tls.by] };
    case "certificate":
      return {
        status: statuses[tls.by],
        cname: tls.cname,
        cert: await resolve(tls.certificate),
        key: await resolve(tls.key),
      };
    case "leaf-domain":
      return {
        status: statuses[tls.by],
        leafDomainLabel: tls.label,
        overwriteExistingDomain: tls.overwriteExistingDomain,
      };
  }
}

const statuses = { nothing: "Disabled", certificate: "Enabled", "leaf-domain": "Auto" } as const;

/**
 * Certificate and key never come back: `credentials_version` tells of another one. Whether a domain may be taken over is
 * said once, and is nothing that the compute has.
 */
export function tlsComparisons(tls: Tls | undefined, live: LiveCompute, means: ChangeMeans): readonly Comparison[] {
  const at = (part: string) => liveMember(live, "sslConfiguration", part);
  return [
    {
      field: "ssl.status",
      declared: tls && statuses[tls.by],
      live: at("status") ?? statuses.nothing,
      means,
      ignoreCase: true,
    },
    {
      field: "ssl.cname",
      declared: tls?.by === "certificate" ? tls.cname : undefined,
      live: at("cname"),
      means,
      ignoreCase: true,
    },
    {
      field: "ssl.leaf_domain_label",
      declared: tls?.by === "leaf-domain" ? tls.label : undefined,
      live: at("leafDomainLabel"),
      means,
      ignoreCase: true,
    },
  ];
}
