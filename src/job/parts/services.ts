import * as z from "zod";
import { defined } from "../../azure/defined.ts";
import { integer, oneOf, readOnly, text } from "../../yaml/shape.ts";
import type { PartReader } from "./read-part.ts";
import { spelt } from "./spelling.ts";

const words = ["jupyter_lab", "tensor_board", "vs_code", "ssh"] as const;

/** `JupyterLab` and `VSCode`, as the service spells them, are taken too; az ml would send an empty service for them. */
const serviceType = () =>
  z.preprocess((value) => (typeof value === "string" ? spelt(value, words) : value), oneOf(words));

export const servicesSchema = () =>
  z.record(
    z.string(),
    z.strictObject({
      type: serviceType().optional(),
      port: integer().optional(),
      nodes: oneOf(["all"]).optional(),
      properties: z.record(z.string(), z.unknown()).optional(),
      log_dir: text().optional(),
      ssh_public_keys: text().optional(),
      endpoint: readOnly(),
      status: readOnly(),
      error_message: readOnly(),
    }),
  );

type DeclaredServices = z.infer<ReturnType<typeof servicesSchema>>;

/** Without a type, a key that one type alone has tells it; az ml takes everything else for SSH. */
function typeOf({ type, log_dir: logs }: DeclaredServices[string]): (typeof words)[number] {
  return type ?? (logs === undefined ? "ssh" : "tensor_board");
}

export function checkServices(services: DeclaredServices, { add }: PartReader): void {
  const owners = { log_dir: "tensor_board", ssh_public_keys: "ssh" } as const;
  for (const [name, service] of Object.entries(services)) {
    for (const [key, type] of Object.entries(owners)) {
      if (service[key as keyof typeof owners] === undefined || typeOf(service) === type) continue;
      add(
        "wrong-key",
        ["services", name, key],
        `${key} is for services of type ${type}; this one is of type ${typeOf(service)}.`,
        "Remove it, or change the type.",
      );
    }
  }
}

const wireTypes = { jupyter_lab: "JupyterLab", tensor_board: "TensorBoard", vs_code: "VSCode", ssh: "SSH" } as const;

export function toServices(services: DeclaredServices): object {
  return Object.fromEntries(
    Object.entries(services).map(([name, service]) => {
      const own = defined({ logDir: service.log_dir, sshPublicKeys: service.ssh_public_keys });
      const properties = { ...service.properties, ...own };
      const wire = defined({
        jobServiceType: wireTypes[typeOf(service)],
        port: service.port,
        nodes: service.nodes === undefined ? undefined : { nodesValueType: "All" },
        properties: Object.keys(properties).length === 0 ? undefined : properties,
      });
      return [name, wire];
    }),
  );
}
