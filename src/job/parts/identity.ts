import * as z from "zod";
import { defined } from "../../azure/defined.ts";
import { text } from "../../yaml/shape.ts";
import { speltType } from "./spelling.ts";

const options = () =>
  z.discriminatedUnion("type", [
    z.strictObject({
      type: z.enum(["managed", "managed_identity"]),
      client_id: text().optional(),
      object_id: text().optional(),
      msi_resource_id: text().optional(),
    }),
    z.strictObject({ type: z.literal("aml_token") }),
    z.strictObject({ type: z.literal("user_identity") }),
  ]);

export const identitySchema = () => speltType(["managed", "managed_identity", "aml_token", "user_identity"], options());

export function toIdentity(identity: z.infer<ReturnType<typeof options>>): object {
  switch (identity.type) {
    case "managed":
    case "managed_identity":
      return defined({
        identityType: "Managed",
        clientId: identity.client_id,
        objectId: identity.object_id,
        resourceId: identity.msi_resource_id,
      });
    case "aml_token":
      return { identityType: "AMLToken" };
    case "user_identity":
      return { identityType: "UserIdentity" };
  }
}
