import { describe, expect, it } from "@jest/globals";
import { githubContext } from "../../src/github/context.ts";

const environment = {
  GITHUB_SERVER_URL: "https://github.example",
  GITHUB_REPOSITORY: "octo-org/octo-repo",
  GITHUB_RUN_ID: "1001",
  GITHUB_SHA: "a".repeat(40),
};

describe("the pages on GitHub", () => {
  it("are those of the server, the repository, the workflow run, the commit and the pull request", () => {
    const payload = { pull_request: { number: 7, head: { sha: "b".repeat(40) } } };
    expect(githubContext(environment, payload)).toMatchObject({
      runUrl: "https://github.example/octo-org/octo-repo/actions/runs/1001",
      // The commit that is proposed, not the one that GitHub merges for the check.
      commitUrl: `https://github.example/octo-org/octo-repo/commit/${"b".repeat(40)}`,
      pullRequestUrl: "https://github.example/octo-org/octo-repo/pull/7",
    });
    const pushed = githubContext(environment, undefined);
    expect(pushed).toMatchObject({ commitUrl: `https://github.example/octo-org/octo-repo/commit/${"a".repeat(40)}` });
    expect(pushed).not.toHaveProperty("pullRequestUrl");
  });

  it("are absent outside of GitHub", () => {
    for (const missing of ["GITHUB_SERVER_URL", "GITHUB_REPOSITORY"]) {
      const context = githubContext({ ...environment, [missing]: undefined }, { pull_request: { number: 7 } });
      for (const page of ["runUrl", "commitUrl", "pullRequestUrl"]) expect(context).not.toHaveProperty(page);
    }
  });
});
