import type { GrantsDocument } from "../arm/permissions.ts";
import type { ServicesAt, WebService } from "../arm/services.ts";
import type { Control } from "../control.ts";
import type { Fault } from "../faults.ts";
import type { Comment, PullRequest } from "../github/api.ts";
import type { ResourceDocument } from "../resources/resource.ts";
import type { Scorer } from "../serving/scorer.ts";
import { armError, ok, type Incoming, type Reply } from "./reply.ts";

/** `/_control`: the same over HTTP, for clients that are programs of their own. Never reachable by the real host names. */
export async function controlEndpoint({ method, path, query, body }: Incoming, control: Control): Promise<Reply> {
  switch (`${method} ${path}`) {
    case "GET /_control/journal":
      return ok(control.journal());
    case "DELETE /_control/journal":
      control.clearJournal();
      return ok({});
    case "POST /_control/faults":
      control.faults.add(body as Fault);
      return ok({});
    case "DELETE /_control/faults":
      control.faults.clear();
      return ok({});
    case "POST /_control/expire-leases":
      await control.expireLeases();
      return ok({});
    case "GET /_control/violations":
      return ok(control.violations());
    case "POST /_control/resources":
      control.putResource(body as ResourceDocument);
      return ok({});
    case "POST /_control/services":
      control.putService(body as WebService);
      return ok({});
    case "PUT /_control/services-at":
      control.keepServicesAt((body as { readonly where: ServicesAt }).where);
      return ok({});
    case "PUT /_control/scorers": {
      const { endpoint, deployment, scorer } = body as {
        readonly endpoint: string;
        readonly deployment: string;
        readonly scorer?: Scorer;
      };
      control.putScorer(endpoint, deployment, scorer);
      return ok({});
    }
    case "PUT /_control/service-scorers": {
      const { service, scorer } = body as { readonly service: string; readonly scorer?: Scorer };
      control.putServiceScorer(service, scorer);
      return ok({});
    }
    case "PUT /_control/images": {
      const { image, isAvailable } = body as { readonly image: string; readonly isAvailable: boolean };
      control.setImageAvailable(image, isAvailable);
      return ok({});
    }
    case "GET /_control/scored":
      return ok(control.scored());
    case "GET /_control/endpoint-traffic":
      return ok(control.endpointTraffic());
    case "POST /_control/grants": {
      const { scope, grants } = body as GrantsDocument;
      control.grant(scope, grants);
      return ok({});
    }
    case "DELETE /_control/grants":
      control.grantEverything();
      return ok({});
    case "POST /_control/secrets": {
      const { name, value } = body as { readonly name: string; readonly value: string };
      control.putSecret(name, value);
      return ok({});
    }
    case "POST /_control/pull-requests":
      control.putPullRequest(body as PullRequest);
      return ok({});
    case "POST /_control/comments":
      return ok(control.putComment(body as Pick<Comment, "pullRequest" | "author" | "body">));
    case "GET /_control/comments":
      return ok(control.comments(Number(query.get("pullRequest"))));
    default:
      return armError(404, "NotFound", `The emulator does not implement ${method} ${path}.`);
  }
}
