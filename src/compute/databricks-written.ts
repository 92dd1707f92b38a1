import { elsewhereAllowed } from "./attached/written.ts";
import type { WriteTarget } from "./kind.ts";

export const writeDatabricks: WriteTarget = (live, { workspace, secret }) => ({
  keys: {
    resource_id: live.resourceId,
    access_token: secret("TOKEN"),
    allow_other_subscription: elsewhereAllowed(live, workspace),
  },
});
