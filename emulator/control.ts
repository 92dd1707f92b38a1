import { addComment, commentsOf, type Comment, type PullRequest } from "./github-api.ts";
import { putGrants, type GrantsDocument } from "./arm/permissions.ts";
import type { Fault, Faults } from "./faults.ts";
import type { Journal } from "./journal.ts";
import { armError, ok, type Incoming, type Reply } from "./reply.ts";
import type { Storage } from "./storage.ts";
import type { Store } from "./store.ts";

export type ControlParts = {
  readonly store: Store;
  readonly journal: Journal;
  readonly faults: Faults;
  readonly storage: Storage;
};

/** What a test or a person asks of the emulator itself; never reachable by the real host names. */
export async function control(
  { method, path, query, body }: Incoming,
  { store, journal, faults, storage }: ControlParts,
): Promise<Reply> {
  switch (`${method} ${path}`) {
    case "GET /_control/journal":
      return ok(journal.entries());
    case "DELETE /_control/journal":
      journal.clear();
      return ok({});
    case "POST /_control/faults":
      faults.add(body as Fault);
      return ok({});
    case "DELETE /_control/faults":
      faults.clear();
      return ok({});
    case "POST /_control/expire-leases":
      await storage.expireLeases();
      return ok({});
    case "GET /_control/hazards":
      return ok(store.list("hazards").map(({ value }) => value));
    case "POST /_control/resources": {
      const resource = body as { readonly id: string };
      store.put("resources", resource.id.toLowerCase(), resource);
      return ok({});
    }
    case "POST /_control/grants":
      putGrants(store, body as GrantsDocument);
      return ok({});
    case "DELETE /_control/grants":
      for (const { key } of store.list("grants")) store.remove("grants", key);
      return ok({});
    case "POST /_control/secrets": {
      const { name, value } = body as { readonly name: string; readonly value: string };
      store.put("secrets", name.toLowerCase(), value);
      return ok({});
    }
    case "POST /_control/pull-requests": {
      const pull = body as PullRequest;
      store.put("github-pulls", String(pull.number), pull);
      return ok({});
    }
    case "POST /_control/comments":
      return ok(addComment(store, body as Pick<Comment, "pullRequest" | "author" | "body">));
    case "GET /_control/comments":
      return ok(commentsOf(store, Number(query.get("pullRequest"))));
    default:
      return armError(404, "NotFound", `There is no control at ${method} ${path}.`);
  }
}
