import {
  apiFailure,
  githubApi,
  ownerAndName,
  type ApiFailure,
  type ApiDeps,
  type GithubApi,
  type PullRequestRef,
} from "../github/api.ts";

/** What has to be done about a pull request's comment. */
export type CommentStep =
  | { readonly do: "nothing"; readonly because: "quiet" | "same" | "newer" | "other-command" }
  | { readonly do: "create" }
  | { readonly do: "update"; readonly body: string; readonly because: "different" | "outdated" };

/** What a pull request's comment should say, and what that means for a comment that is there. */
export type WantedComment = {
  readonly body: string;
  /** False when no comment is begun for it. */
  readonly worthSaying: boolean;
  /** Whether a comment of this body is about the same configuration. */
  readonly isAbout: (body: string) => boolean;
  /**
   * @param existing body of the comment that is there.
   * @param head the pull request's newest commit.
   */
  readonly decide: (existing: string | undefined, head: string) => CommentStep;
};

/** What became of the comment. */
export type CommentEnd =
  | { readonly did: "created" | "updated" | "marked-outdated"; readonly url: string }
  | { readonly did: "nothing"; readonly because: "quiet" | "same" | "newer" | "other-command" }
  | { readonly did: "failed"; readonly failure: ApiFailure };

type Found = { readonly id: number; readonly url: string; readonly body: string };

/** How often the comments are read before this gives up: once, once after each write, and after lost replies. */
const mostRounds = 4;

/**
 * Keeps the one comment that a pull request has about a configuration as the draft says.
 *
 * The comments are read before every write and after a new comment: so a lost reply leads to no second comment, and
 * of two that workflow runs began at the same moment the younger one is deleted. Never throws for what GitHub answers.
 */
export async function keepPullRequestComment(
  pull: PullRequestRef,
  wanted: WantedComment,
  deps: ApiDeps,
): Promise<CommentEnd> {
  try {
    const api = await githubApi(pull.token, deps);
    return await update(commentsOn(api, pull), wanted);
  } catch (error) {
    return { did: "failed", failure: apiFailure(error) };
  }
}

async function update(comments: Comments, wanted: WantedComment): Promise<CommentEnd> {
  let created: Found | undefined;
  let lost: ApiFailure | undefined;
  for (let round = 1; round <= mostRounds; round += 1) {
    const [oldest, ...others] = await comments.about(wanted.isAbout);
    if (oldest === undefined && created !== undefined) return { did: "created", url: created.url };
    if (oldest === undefined && !wanted.worthSaying) return { did: "nothing", because: "quiet" };
    const step = wanted.decide(oldest?.body, await comments.head());
    for (const other of others) await comments.remove(other);
    if (step.do === "nothing") {
      if (oldest !== undefined && (created !== undefined || lost !== undefined))
        return { did: "created", url: oldest.url };
      return { did: "nothing", because: step.because };
    }
    if (step.do === "create") {
      try {
        created = await comments.create(wanted.body);
      } catch (error) {
        // Perhaps it is there all the same: the next round sees.
        lost = apiFailure(error);
        if (lost.reason !== "unknown") throw error;
      }
      continue;
    }
    if (oldest === undefined) continue;
    // A newer run may have written since the list was read; its word must not be covered with an old one.
    if (step.because === "outdated" && (await comments.bodyOf(oldest)) !== oldest.body) continue;
    await comments.update(oldest, step.body);
    return { did: step.because === "outdated" ? "marked-outdated" : "updated", url: oldest.url };
  }
  if (created !== undefined) return { did: "created", url: created.url };
  const changing = { reason: "unknown" as const, message: "it kept changing while it was being read" };
  return { did: "failed", failure: lost ?? changing };
}

type Comments = ReturnType<typeof commentsOn>;

function commentsOn(api: GithubApi, { token, repository, number }: PullRequestRef) {
  const { owner, repo } = ownerAndName(repository);
  let author: Promise<string> | undefined;
  const found = ({ id, html_url: url, body }: { id: number; html_url: string; body?: string | undefined }): Found => ({
    id,
    url,
    body: body ?? "",
  });
  return {
    /** The pull request's newest commit. */
    head: async (): Promise<string> => (await api.rest.pulls.get({ owner, repo, pull_number: number })).data.head.sha,

    /** Our own comments about a configuration, the oldest first. A marker that somebody else pasted makes a comment not ours. */
    about: async (isAbout: WantedComment["isAbout"]): Promise<readonly Found[]> => {
      const all = await api.paginate(api.rest.issues.listComments, {
        owner,
        repo,
        issue_number: number,
        per_page: 100,
      });
      const marked = all.filter(({ body }) => isAbout(body ?? ""));
      if (marked.length === 0) return [];
      author ??= whoWrites(api, token);
      const login = await author;
      return marked
        .filter(({ user }) => user !== null && isOf(login, user))
        .sort((a, b) => a.id - b.id)
        .map(found);
    },

    bodyOf: async ({ id }: Found): Promise<string | undefined> =>
      (await api.rest.issues.getComment({ owner, repo, comment_id: id })).data.body,

    create: async (body: string): Promise<Found> =>
      found((await api.rest.issues.createComment({ owner, repo, issue_number: number, body })).data),

    update: async ({ id }: Found, body: string): Promise<void> => {
      await api.rest.issues.updateComment({ owner, repo, comment_id: id, body });
    },

    remove: async ({ id }: Found): Promise<void> => {
      try {
        await api.rest.issues.deleteComment({ owner, repo, comment_id: id });
      } catch (error) {
        // Another run, which saw both as well, was faster.
        if (apiFailure(error).status !== 404) throw error;
      }
    },
  };
}

/** The author of what is written with a workflow's own token. */
const workflowAuthor = "github-actions[bot]";

/**
 * Whom the token speaks for. A workflow's token may not ask `GET /user`; GraphQL's viewer answers to every token. Where
 * neither can be had, it is taken for a workflow's own.
 */
async function whoWrites(api: GithubApi, token: string): Promise<string> {
  try {
    const { viewer } = await api.graphql<{ viewer: { login: string } }>("query { viewer { login } }");
    return viewer.login;
  } catch {
    // Tokens of apps begin so, and the next question is not for them.
    if (token.startsWith("ghs_")) return workflowAuthor;
  }
  try {
    return (await api.rest.users.getAuthenticated()).data.login;
  } catch {
    return workflowAuthor;
  }
}

/** Apps are `name[bot]` in REST, and in GraphQL with or without. */
function isOf(login: string, user: { readonly login: string; readonly type: string }): boolean {
  return user.login === login || (user.type === "Bot" && user.login === `${login}[bot]`);
}
