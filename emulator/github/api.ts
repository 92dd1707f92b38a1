import type { Incoming, Reply } from "../server/reply.ts";
import { seeded } from "../settings.ts";
import type { Store } from "../store.ts";

export type ChangedFile = {
  readonly path: string;
  readonly status: "added" | "modified" | "removed" | "renamed";
  /** Its path before it was renamed. */
  readonly before?: string;
};

/** What a test makes of a pull request; the rest is as GitHub would fill it in. */
export type PullRequest = {
  readonly number: number;
  /** Commit id of its head. */
  readonly head: string;
  /** Paths of the files that it changes. */
  readonly files?: readonly (string | ChangedFile)[];
};

/** A comment of a pull request. */
export type Comment = {
  readonly id: number;
  readonly pullRequest: number;
  readonly author: string;
  readonly body: string;
  readonly createdAt: string;
  readonly updatedAt: string;
};

const repository = "octo-org/octo-repo";
/** GitHub counts characters, not bytes. */
const longestBody = 65_536;
const mostOnAPage = 100;

/** Who a token speaks for. A workflow's own token is the app's, and may be for reading only, as for forks. */
const tokens: Readonly<Record<string, { readonly login: string; readonly writes: boolean }>> = {
  [seeded.githubToken]: { login: "github-actions[bot]", writes: true },
  [seeded.githubReadToken]: { login: "github-actions[bot]", writes: false },
  [seeded.githubUserToken]: { login: seeded.githubUser, writes: true },
};

/**
 * GitHub's REST API, as far as pull requests and their comments go, and the one GraphQL question who is asking.
 *
 * Reached as `api.github.com`, or below the emulator's own address in the form that GitHub Enterprise Server has.
 *
 * @see https://docs.github.com/rest/issues/comments
 */
export function githubApi(request: Incoming, store: Store): Reply | undefined {
  const own = /^\/_github\/api\/(?:v3\/|(?=graphql$))(.*)$/.exec(request.path)?.[1];
  const path = own === undefined ? (request.host === "api.github.com" ? request.path.slice(1) : undefined) : own;
  if (path === undefined) return undefined;
  const [, token] = /^(?:token|bearer) (.+)$/i.exec(request.headers["authorization"] ?? "") ?? [];
  const caller = tokens[token ?? ""];
  if (caller === undefined) return refuse(401, "Bad credentials");
  const isApp = caller.login.endsWith("[bot]");
  if (path === "graphql") return { status: 200, body: { data: { viewer: { login: caller.login } } } };
  if (path === "user") {
    return isApp ? refuse(403, "Resource not accessible by integration") : { status: 200, body: userOf(caller.login) };
  }
  const below = path.startsWith(`repos/${repository}/`) ? path.slice(`repos/${repository}/`.length) : "";
  const [, number] = /^(?:issues|pulls)\/(\d+)(?:\/\w+)?$/.exec(below) ?? [];
  const [, commentId] = /^issues\/comments\/(\d+)$/.exec(below) ?? [];
  if (request.method !== "GET" && !caller.writes) return refuse(403, "Resource not accessible by integration");
  if (commentId !== undefined) return oneComment(commentId, request, store);
  const pull = number === undefined ? undefined : store.get<PullRequest>("github-pulls", number);
  if (pull === undefined) return refuse(404, "Not Found");
  switch (`${request.method} ${below.replace(/\d+/, "{n}")}`) {
    case "GET pulls/{n}":
      return { status: 200, body: pullOf(pull, request) };
    case "GET pulls/{n}/files":
      return paged((pull.files ?? []).map(fileOf), request);
    case "GET issues/{n}/comments":
      return paged(
        commentsOf(store, pull.number).map((comment) => commentBody(comment, request)),
        request,
      );
    case "POST issues/{n}/comments": {
      const body = bodyOf(request);
      if (typeof body !== "string") return body;
      const comment = addComment(store, { pullRequest: pull.number, author: caller.login, body });
      return { status: 201, body: commentBody(comment, request) };
    }
    default:
      return refuse(404, "Not Found");
  }
}

export function addComment(
  store: Store,
  { pullRequest, author, body }: Pick<Comment, "pullRequest" | "author" | "body">,
): Comment {
  const id = (store.get<number>("github-last-comment", "id") ?? 2_000_000) + 1;
  store.put("github-last-comment", "id", id);
  const now = new Date().toISOString();
  const comment: Comment = { id, pullRequest, author, body, createdAt: now, updatedAt: now };
  store.put("github-comments", String(id), comment);
  return comment;
}

export function commentsOf(store: Store, pullRequest: number): readonly Comment[] {
  return store
    .list<Comment>("github-comments")
    .map(({ value }) => value)
    .filter((comment) => comment.pullRequest === pullRequest);
}

function oneComment(id: string, request: Incoming, store: Store): Reply {
  const comment = store.get<Comment>("github-comments", id);
  if (comment === undefined) return refuse(404, "Not Found");
  switch (request.method) {
    case "GET":
      return { status: 200, body: commentBody(comment, request) };
    case "PATCH": {
      const body = bodyOf(request);
      if (typeof body !== "string") return body;
      const changed = { ...comment, body, updatedAt: new Date().toISOString() };
      store.put("github-comments", id, changed);
      return { status: 200, body: commentBody(changed, request) };
    }
    case "DELETE":
      store.remove("github-comments", id);
      return { status: 204 };
    default:
      return refuse(404, "Not Found");
  }
}

/** The text of a comment to write, or GitHub's refusal of it. */
function bodyOf({ body }: Incoming): string | Reply {
  const text = (body as { readonly body?: unknown } | undefined)?.body;
  if (typeof text !== "string" || text.trim() === "") return unprocessable("Body can't be blank");
  if ([...text].length > longestBody) return unprocessable(`Body is too long (maximum is ${longestBody} characters)`);
  return text;
}

function unprocessable(message: string): Reply {
  return refuse(422, "Validation Failed", {
    errors: [{ resource: "IssueComment", code: "unprocessable", field: "data", message }],
  });
}

function refuse(status: number, message: string, more: object = {}): Reply {
  return {
    status,
    body: { message, ...more, documentation_url: "https://docs.github.com/rest", status: String(status) },
  };
}

/** A page of a list, with the addresses of the others in the header `Link`. */
function paged(items: readonly unknown[], { query, path, host }: Incoming): Reply {
  const size = Math.min(Math.max(Number(query.get("per_page") ?? 30) || 30, 1), mostOnAPage);
  const page = Math.max(Number(query.get("page") ?? 1) || 1, 1);
  const last = Math.max(Math.ceil(items.length / size), 1);
  const address = (number: number) => {
    const asked = new URLSearchParams(query);
    asked.set("page", String(number));
    return `https://${host}${path}?${asked.toString()}`;
  };
  const links = [
    ...(page > 1 ? [`<${address(page - 1)}>; rel="prev"`] : []),
    ...(page < last ? [`<${address(page + 1)}>; rel="next"`, `<${address(last)}>; rel="last"`] : []),
    ...(page > 1 ? [`<${address(1)}>; rel="first"`] : []),
  ];
  return {
    status: 200,
    headers: links.length === 0 ? {} : { Link: links.join(", ") },
    body: items.slice((page - 1) * size, page * size),
  };
}

function userOf(login: string): unknown {
  const isApp = login.endsWith("[bot]");
  return {
    login,
    id: isApp ? 41_898_282 : [...login].reduce((sum, letter) => sum * 31 + letter.charCodeAt(0), 7) % 1_000_000,
    type: isApp ? "Bot" : "User",
    site_admin: false,
    html_url: `https://github.com/${isApp ? `apps/${login.replace("[bot]", "")}` : login}`,
  };
}

function commentBody(
  { id, pullRequest, author, body, createdAt, updatedAt }: Comment,
  { host, path }: Incoming,
): unknown {
  const base = path.startsWith("/_github/api") ? `https://${host}/_github/api/v3` : `https://${host}`;
  return {
    id,
    node_id: `IC_${id}`,
    url: `${base}/repos/${repository}/issues/comments/${id}`,
    html_url: `https://github.com/${repository}/pull/${pullRequest}#issuecomment-${id}`,
    issue_url: `${base}/repos/${repository}/issues/${pullRequest}`,
    user: userOf(author),
    created_at: createdAt,
    updated_at: updatedAt,
    body,
    author_association: "NONE",
    performed_via_github_app: null,
  };
}

function pullOf({ number, head, files = [] }: PullRequest, { host }: Incoming): unknown {
  return {
    url: `https://${host}/repos/${repository}/pulls/${number}`,
    html_url: `https://github.com/${repository}/pull/${number}`,
    number,
    state: "open",
    locked: false,
    draft: false,
    merged: false,
    title: `Pull request ${number}`,
    user: userOf("octocat"),
    head: { label: "octo-org:topic", ref: "topic", sha: head, repo: { full_name: repository } },
    base: { label: "octo-org:main", ref: "main", sha: "b".repeat(40), repo: { full_name: repository } },
    changed_files: files.length,
  };
}

function fileOf(file: string | ChangedFile): unknown {
  const { path, status, before }: ChangedFile = typeof file === "string" ? { path: file, status: "modified" } : file;
  return {
    sha: "c".repeat(40),
    filename: path,
    status,
    additions: 1,
    deletions: 1,
    changes: 2,
    patch: "@@ -1 +1 @@",
    ...(before === undefined ? {} : { previous_filename: before }),
  };
}
