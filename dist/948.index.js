export const id = 948;
export const ids = [948];
export const modules = {

/***/ 948:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

// ESM COMPAT FLAG
__webpack_require__.r(__webpack_exports__);

// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  needsWorkspace: () => (/* binding */ needsWorkspace),
  train: () => (/* binding */ train),
  trainDeclared: () => (/* binding */ trainDeclared)
});

// EXTERNAL MODULE: ./build/declaration/problem.js
var problem = __webpack_require__(1016);
// EXTERNAL MODULE: ./build/github/context.js
var github_context = __webpack_require__(9009);
// EXTERNAL MODULE: ./build/job/cancel.js
var job_cancel = __webpack_require__(8764);
// EXTERNAL MODULE: ./build/azure/outcome.js
var outcome = __webpack_require__(8416);
// EXTERNAL MODULE: external "node:crypto"
var external_node_crypto_ = __webpack_require__(7598);
// EXTERNAL MODULE: ./build/job/states.js
var states = __webpack_require__(3144);
;// CONCATENATED MODULE: ./build/job/run-name.js


/** Events that mean "train now": each of their workflow runs trains anew, and only its own re-run joins. */
const trainingAnew = new Set(["schedule", "workflow_dispatch", "repository_dispatch"]);
/** The service's longest name is 255; the suffix of later attempts needs some of it. */
const longestPrefix = 200;
/** The same commit and definition always give the same name, so that submitting twice is seen by the service itself. */
function runName({ prefix, commit, definition, event, workflowRunId }) {
    const anew = trainingAnew.has(event) ? workflowRunId : "";
    const digest = (0,external_node_crypto_.createHash)("sha256")
        .update(canonicalJson([definition, anew]))
        .digest("hex")
        .slice(0, 12);
    const stem = (prefix ?? "run")
        .replaceAll(/[^a-zA-Z0-9_-]/g, "-")
        .replace(/^[^a-zA-Z0-9]+/, "")
        .slice(0, longestPrefix);
    return [stem === "" ? "run" : stem, commit.slice(0, 8), digest].filter((part) => part !== "").join("-");
}
/** JSON with sorted keys: the order in which a definition lists its members is no part of it. */
function canonicalJson(value) {
    return JSON.stringify(value, (_, member) => typeof member === "object" && member !== null && !Array.isArray(member)
        ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
        : member);
}
/** The names of the attempts: the name itself, then `-2`, `-3`, … */
function attemptName(name, attempt) {
    return attempt === 1 ? name : `${name}-${attempt}`;
}
/**
 * Join or submit, by what the last attempt came to.
 *
 * | last attempt | `rerun` | same workflow run attempt | decision |
 * |---|---|---|---|
 * | none | any | – | submit the name itself |
 * | going on or Completed | no | any | join |
 * | Failed, Canceled, NotResponding | no | no | submit the next |
 * | Failed, Canceled, NotResponding | no | yes | join, to report what came of it |
 * | any | yes | no | submit the next |
 * | any | yes | yes | join: this attempt has had its rerun |
 *
 * @param attempts in order, without gaps, the first being the name itself.
 */
function decideSubmission(name, attempts, { rerun, workflowAttempt }) {
    const last = attempts.at(-1);
    if (last === undefined)
        return { do: "submit", name };
    const next = { do: "submit", name: attemptName(name, attempts.length + 1) };
    if (last.submittedBy === workflowAttempt) {
        return { do: "join", name: last.name, reason: "This attempt of the workflow submitted it." };
    }
    if (rerun)
        return next;
    const { phase, spent } = (0,states/* classify */.L)(last.status);
    if (spent === true)
        return next;
    return {
        do: "join",
        name: last.name,
        reason: phase === "over"
            ? "The same definition has been run for this commit already."
            : "The same definition is being run for this commit already.",
    };
}

;// CONCATENATED MODULE: ./build/job/submit.js


/** The tag by which a later process knows who submitted a run. */
const submittedByTag = "azureml-targets.workflow-attempt";
/** The property that tells one definition from another under the same name. */
const definitionProperty = "azureml-targets.definition";
/** More attempts than anybody makes of one commit. */
const mostAttempts = 100;
/** Submits the run exactly once, or joins the one that is there. */
async function submitOnce(request, ports) {
    const attempts = await findAttempts(request.name, ports.jobs);
    if (!attempts.ok)
        return attempts;
    const decision = decideSubmission(request.name, attempts.value.map((job) => ({
        name: job.name,
        status: job.status,
        submittedBy: job.tags[submittedByTag],
    })), request);
    if (decision.do === "join") {
        const job = attempts.value.find(({ name }) => name === decision.name);
        if (job !== undefined)
            return (0,outcome/* succeeded */.P)({ job, reused: true, reason: decision.reason });
    }
    const body = await request.bodyFor(decision.name);
    if (!body.ok)
        return body;
    return putOnce(decision.name, body.value, ports);
}
/** Every attempt there is, in order, up to the first name that is free. */
async function findAttempts(name, jobs) {
    const found = [];
    for (let attempt = 1; attempt <= mostAttempts; attempt += 1) {
        const job = await jobs.get(attemptName(name, attempt));
        if (!job.ok)
            return job;
        if (job.value === undefined)
            return (0,outcome/* succeeded */.P)(found);
        found.push(job.value);
    }
    return (0,outcome/* succeeded */.P)(found);
}
/** How often a submission is sent again after reads have shown that it never took effect. */
const mostSends = 3;
async function putOnce(name, body, ports) {
    ports.beforeSubmit(name);
    let last;
    for (let send = 1; send <= mostSends; send += 1) {
        const put = await ports.jobs.put(name, body);
        if (put.ok)
            return readBack(put.value, body);
        if (put.failure.reason !== "unknown" && put.failure.status !== 409)
            return put;
        last = put.failure;
        const settled = await settle(name, ports);
        if (!settled.ok)
            return settled;
        if (settled.value !== undefined)
            return readBack(settled.value, body);
    }
    return (0,outcome/* failed */.g)(last ?? {
        reason: "unknown",
        error: { code: "NotSubmitted", message: `The run '${name}' could not be submitted.`, details: [] },
    });
}
/** Reads after a lost reply until the run shows up, or has been absent several times in a row. */
async function settle(name, { jobs, clock, signal }) {
    for (const pause of [0.5, 1, 2, 4]) {
        try {
            await clock.sleep(pause, signal);
        }
        catch {
            return (0,outcome/* failed */.g)({
                reason: "cancelled",
                error: { code: "Cancelled", message: "The workflow was cancelled.", details: [] },
            });
        }
        const job = await jobs.get(name);
        if (!job.ok || job.value !== undefined)
            return job;
    }
    return (0,outcome/* succeeded */.P)(undefined);
}
/**
 * Compares what stands there with what was asked: the service answers 200 with the existing job when a name is taken,
 * and what it took on may not be what was sent.
 */
function readBack(job, body) {
    const asked = body.properties;
    const askedDefinition = asked.properties?.[definitionProperty];
    const definition = job.properties[definitionProperty];
    if (definition !== undefined && definition !== askedDefinition) {
        return mismatch(`The name '${job.name}' is taken by a run of another definition.`);
    }
    if (asked.computeId !== undefined &&
        job.computeId !== undefined &&
        asked.computeId.toLowerCase() !== job.computeId.toLowerCase()) {
        return mismatch(`The run '${job.name}' was put on ${job.computeId}, not on ${asked.computeId}.`);
    }
    return (0,outcome/* succeeded */.P)({ job, reused: false });
}
function mismatch(message) {
    return (0,outcome/* failed */.g)({ reason: "refused", error: { code: "NotAsAsked", message, details: [] } });
}

// EXTERNAL MODULE: ./build/commands/apply.js + 6 modules
var apply = __webpack_require__(898);
// EXTERNAL MODULE: ./build/commands/azure-failure.js
var azure_failure = __webpack_require__(1839);
// EXTERNAL MODULE: ./build/commands/environments.js + 1 modules
var commands_environments = __webpack_require__(936);
// EXTERNAL MODULE: ./build/commands/context.js
var commands_context = __webpack_require__(6140);
// EXTERNAL MODULE: external "node:path"
var external_node_path_ = __webpack_require__(6760);
// EXTERNAL MODULE: ./build/azure/service-error.js
var service_error = __webpack_require__(6576);
// EXTERNAL MODULE: ./node_modules/picomatch/index.js
var picomatch = __webpack_require__(4006);
// EXTERNAL MODULE: ./node_modules/p-limit/index.js + 1 modules
var p_limit = __webpack_require__(370);
// EXTERNAL MODULE: ./build/declaration/files.js
var files = __webpack_require__(9120);
;// CONCATENATED MODULE: ./build/job/download.js





const downloadsAtOnce = 8;
/** Fetches the artifacts of a run that match any of the globs. A glob that matches nothing is an error, not an empty folder. */
async function downloadArtifacts(run, globs, folder, { runHistory, blobs }) {
    const artifacts = await runHistory.artifacts(run);
    if (!artifacts.ok)
        return artifacts;
    const paths = artifacts.value.map(({ path }) => path);
    const matcher = (patterns) => {
        const matches = picomatch([...patterns]);
        return (path) => matches(path);
    };
    const unmatched = globs.filter((glob) => !paths.some(matcher([glob])));
    if (unmatched.length > 0) {
        const some = paths.slice(0, 20).join(", ");
        return refused("NothingToDownload", `No artifact of the run matches ${unmatched.join(", ")}. It has ${paths.length === 0 ? "none" : some}.`);
    }
    const wanted = paths.filter(matcher(globs));
    const escaping = wanted.find((path) => (0,files/* isOutside */._K)((0,external_node_path_.resolve)(folder), (0,external_node_path_.resolve)(folder, path)));
    if (escaping !== undefined)
        return refused("EscapingPath", `The artifact ${JSON.stringify(escaping)} would be written outside ${folder}.`);
    const limit = (0,p_limit/* default */.A)(downloadsAtOnce);
    const outcomes = await Promise.all(wanted.map((path) => limit(async () => {
        const url = await runHistory.artifactUrl(run, path);
        return url.ok ? blobs.download(url.value, (0,external_node_path_.join)(folder, path)) : url;
    })));
    return outcomes.find((outcome) => !outcome.ok) ?? (0,outcome/* succeeded */.P)(wanted);
}
function refused(code, message) {
    return (0,outcome/* failed */.g)({ reason: "refused", error: { code, message, details: [] } });
}

;// CONCATENATED MODULE: ./build/job/follow.js

/** Seconds between looks: short while something is likely to happen, longer in a long run. Our choice. */
const firstPause = 1;
const longestPause = 10;
/** How long a run may be in a state that may recover, or that nobody knows, before that counts as its end. */
const patienceSeconds = 600;
/** How long reads may fail in a row before the run is left going. Each has had its own retries by then. */
const mostFailures = 5;
/** Follows a run to its end: status, and logs by offset. */
async function followRun(name, ports) {
    let last = { status: "NotStarted", logFiles: {} };
    let shown = "";
    let stalledSince;
    let failures = 0;
    for (let look = 0;; look += 1) {
        const seen = await lookOnce(name, ports);
        if (seen.ok) {
            failures = 0;
            last = seen.value;
        }
        else {
            failures += 1;
            if (seen.failure.reason === "cancelled" || ports.signal.aborted)
                return { ...ending(last), end: "left", why: "cancelled" };
            if (failures >= mostFailures || seen.failure.reason === "refused") {
                return { ...ending(last), end: "left", why: "unreachable", failure: seen.failure };
            }
        }
        const { phase } = (0,states/* classify */.L)(last.status);
        // Of a run that is over, what it printed last is read before its end is told.
        if (phase === "over")
            await ports.logs.finish(last.logFiles);
        if (last.status !== shown) {
            shown = last.status;
            ports.onStatus(shown);
        }
        stalledSince = phase === "stalled" ? (stalledSince ?? ports.clock.now()) : undefined;
        const outOfPatience = stalledSince !== undefined && ports.clock.now() - stalledSince > patienceSeconds * 1000;
        if (phase === "over" || outOfPatience) {
            if (outOfPatience)
                await ports.logs.finish(last.logFiles);
            return { ...ending(last), end: "over" };
        }
        await ports.logs.look(last.logFiles);
        const left = (ports.deadline - ports.clock.now()) / 1000;
        if (left <= 0)
            return { ...ending(last), end: "left", why: "timeout" };
        try {
            await ports.clock.sleep(Math.min(firstPause * 1.2 ** look, longestPause, left), ports.signal);
        }
        catch {
            return { ...ending(last), end: "left", why: "cancelled" };
        }
    }
}
/** The run history knows status, logs and cause; before it knows the run, and where it says that it is over, the job is asked. */
async function lookOnce(name, { jobs, runHistory }) {
    const details = await runHistory.details(name);
    if (details.ok && (0,states/* classify */.L)(details.value.status).phase !== "over")
        return details;
    if (!details.ok && details.failure.reason !== "not-found")
        return details;
    const job = await jobs.get(name);
    if (!job.ok)
        return job;
    if (job.value === undefined) {
        return {
            ok: false,
            failure: {
                reason: "not-found",
                error: { code: "RunNotFound", message: `The workspace has no run '${name}'.`, details: [] },
            },
        };
    }
    const known = details.ok ? details.value : { status: job.value.status, logFiles: {} };
    // The job's own status is what counts; the history may be ahead of it or behind.
    return { ok: true, value: { ...known, status: job.value.status } };
}
function ending({ status, error, startTime, endTime }) {
    return {
        status,
        ...(error === undefined ? {} : { error }),
        ...(startTime === undefined ? {} : { startTime }),
        ...(endTime === undefined ? {} : { endTime }),
    };
}

;// CONCATENATED MODULE: ./build/job/gates.js
/** Compares the last value of every gated metric with its gate. NaN never passes. */
function checkGates(gates, lastValues) {
    return gates.map((gate) => {
        const value = Object.hasOwn(lastValues, gate.metric) ? lastValues[gate.metric] : undefined;
        const condition = "atLeast" in gate ? `at least ${gate.atLeast}` : `at most ${gate.atMost}`;
        const passed = value !== undefined && ("atLeast" in gate ? value >= gate.atLeast : value <= gate.atMost);
        return { metric: gate.metric, condition, ...(value === undefined ? {} : { value }), passed };
    });
}
/** A sentence for each gate that was missed. */
function missedGates(results) {
    return results
        .filter(({ passed }) => !passed)
        .map(({ metric, condition, value }) => {
        const found = value === undefined ? "the run never logged it" : `is ${value}`;
        return `The gate on ${metric} was missed: it has to be ${condition}, and ${found}.`;
    });
}

// EXTERNAL MODULE: external "node:string_decoder"
var external_node_string_decoder_ = __webpack_require__(6193);
;// CONCATENATED MODULE: ./build/job/logs.js

/** Logs worth following, in the order in which they are shown. */
const followed = [
    /^azureml-logs\/20_image_build_log\.txt$/,
    /^user_logs\/std_log.*\.txt$/,
    /^azureml-logs\/\d{2}.+\.txt$/,
    /^logs\/azureml\/executionlogs\.txt$/,
];
/** At most this much of one log is read in one look; the rest follows in the next. */
const bytesAtOnce = 1024 * 1024;
/** Lines kept for the report of a run that fails. */
const tailLines = 60;
function createLogFollower(blobs, onLines) {
    const progress = new Map();
    let latest;
    const readMore = async (file, url) => {
        const state = progress.get(file) ?? { offset: 0, decoder: new external_node_string_decoder_.StringDecoder("utf8"), partial: "", tail: [] };
        progress.set(file, state);
        const read = await blobs.read(url, state.offset, bytesAtOnce);
        if (!read.ok || read.value.length === 0)
            return 0;
        state.offset += read.value.length;
        // The decoder keeps the bytes of a character that is cut in two for the next look.
        const lines = (state.partial + state.decoder.write(Buffer.from(read.value))).split(/\r\n|\n|\r(?!$)/);
        state.partial = lines.pop() ?? "";
        give(file, state, lines);
        return read.value.length;
    };
    const give = (file, state, lines) => {
        if (lines.length === 0)
            return;
        latest = file;
        state.tail.push(...lines);
        state.tail.splice(0, Math.max(0, state.tail.length - tailLines));
        onLines(file, lines);
    };
    const chosen = (logFiles) => followed.flatMap((pattern) => Object.entries(logFiles)
        .filter(([file]) => pattern.test(file))
        .sort(([a], [b]) => (a < b ? -1 : 1)));
    return {
        look: async (logFiles) => {
            for (const [file, url] of uniqueFiles(chosen(logFiles)))
                await readMore(file, url);
        },
        finish: async (logFiles) => {
            for (const [file, url] of uniqueFiles(chosen(logFiles))) {
                while ((await readMore(file, url)) > 0)
                    ;
                const state = progress.get(file);
                if (state !== undefined && state.partial !== "") {
                    const rest = state.partial;
                    state.partial = "";
                    give(file, state, [rest]);
                }
            }
        },
        tail: () => (latest === undefined ? undefined : progress.get(latest)?.tail.join("\n")),
    };
}
function uniqueFiles(entries) {
    return [...new Map(entries).entries()];
}

;// CONCATENATED MODULE: ./build/job/run-metrics.js

/** More metrics than a report can show are listed with their last value only. */
const mostSeries = 50;
const readsAtOnce = 8;
/** The metrics of a run with their courses. What cannot be read is left out: metrics decide nothing but gates. */
async function readMetrics(run, metrics) {
    const last = await metrics.lastValues(run);
    if (!last.ok)
        return [];
    const limit = (0,p_limit/* default */.A)(readsAtOnce);
    const names = Object.keys(last.value).sort();
    return Promise.all(names.map((name, index) => limit(async () => {
        const history = index < mostSeries ? await metrics.history(run, name) : undefined;
        return { name, last: last.value[name] ?? Number.NaN, points: history?.ok === true ? history.value : [] };
    })));
}

;// CONCATENATED MODULE: ./build/commands/follow-run.js











/** From the submission to the report: follow (unless `wait` is false), metrics, gates, download. */
async function followToReport(started, declaration, context, azure) {
    const { inputs } = context;
    const { name } = started.job;
    if (!inputs.wait && (0,states/* classify */.L)(started.job.status).phase !== "over") {
        context.state.runEnded();
        const left = { end: "left", why: "not-waited-for", status: started.job.status };
        return {
            run: runReport(started, left, [], undefined, declaration, context),
            leftGoing: [goesOn(name)],
            failures: [],
        };
    }
    const logs = streamedLogs(azure, context);
    // The cancellation goes out the moment the signal comes, whatever the following is waiting for.
    let cancelled;
    const cancel = () => (cancelled ??= (0,job_cancel/* cancelRun */.S)(name, azure.jobs, context.clock));
    const onAbort = () => void cancel();
    if (started.ours)
        context.signal.addEventListener("abort", onAbort, { once: true });
    const followed = await followRun(name, {
        jobs: azure.jobs,
        runHistory: azure.runHistory,
        logs: logs.follower,
        clock: context.clock,
        signal: context.signal,
        deadline: context.deadline,
        onStatus: (status) => logs.status(status),
    });
    logs.end();
    context.signal.removeEventListener("abort", onAbort);
    const metrics = followed.end === "over" ? await readMetrics(name, azure.metrics) : [];
    const report = runReport(started, followed, metrics, logs.follower.tail(), declaration, context);
    return (0,commands_context/* join */.f)({ run: report, failures: [] }, await concluded(started, followed, report, context, azure, () => cancelled ?? cancel()));
}
/** What the end of the following means: failures, what goes on, and what is fetched. */
async function concluded(started, followed, report, context, azure, cancel) {
    const { name } = started.job;
    if (followed.end === "left")
        return leftBehind(started, followed, context, cancel);
    context.state.runEnded();
    const state = (0,states/* classify */.L)(followed.status);
    if (state.conclusion !== "success") {
        const leaf = followed.error === undefined ? undefined : (0,service_error/* leafCause */.y)(followed.error);
        const why = leaf === undefined ? "" : ` ${leaf.message} [${leaf.code}]`;
        return {
            failures: [
                {
                    reason: state.failureReason ?? "run-failed",
                    message: `The run '${name}' ended as ${followed.status}.${why}`,
                },
            ],
        };
    }
    const failures = missedGates(report.gates).map((message) => ({ reason: "gate-missed", message }));
    return (0,commands_context/* join */.f)({ failures }, await fetchArtifacts(name, report, context, azure));
}
/** The following ended before the run did. */
async function leftBehind({ job: { name }, ours }, followed, context, cancel) {
    const ended = (reason, what, goes) => {
        // What could not be cancelled is left to the post step, which tries once more.
        if (reason === "timeout" || !goes || !ours)
            context.state.runEnded();
        return { failures: [{ reason, message: what }], leftGoing: goes ? [goesOn(name)] : [] };
    };
    switch (followed.why) {
        case "cancelled": {
            if (!ours)
                return ended("cancelled", `The workflow was cancelled. The run '${name}' was submitted by another one and goes on.`, true);
            const asked = await cancel();
            const what = asked.ok
                ? `the cancellation of the run '${name}' was asked for`
                : `the run '${name}' could not be cancelled`;
            return ended("cancelled", `The workflow was cancelled; ${what}.`, !asked.ok);
        }
        case "timeout": {
            const asked = context.inputs.onTimeout === "cancel" && (await cancel()).ok;
            const what = asked ? "its cancellation was asked for" : "it goes on";
            return ended("timeout", `The run '${name}' had not ended within timeout-minutes; ${what}.`, !asked);
        }
        case "unreachable":
            return {
                failures: [(0,azure_failure/* failureOf */.g)(followed.failure, `The run '${name}' could not be followed any more`)],
                leftGoing: [goesOn(name)],
            };
    }
}
async function fetchArtifacts(name, report, context, azure) {
    const { download, downloadPath } = context.inputs;
    if (download.length === 0)
        return commands_context/* nothing */.s;
    const folder = (0,external_node_path_.resolve)(context.workingDirectory, downloadPath);
    const fetched = await downloadArtifacts(name, download, folder, azure);
    if (!fetched.ok)
        return {
            failures: [
                { reason: "download-failed", message: (0,azure_failure/* failureOf */.g)(fetched.failure, "The outputs could not be fetched").message },
            ],
        };
    context.log.info(`Fetched ${fetched.value.length} files to ${downloadPath}.`);
    return { run: { ...report, artifactsPath: folder }, failures: [] };
}
/** What is left going, with the way to resume it and the way to end it. */
function goesOn(name) {
    return {
        what: `The run '${name}' goes on in Azure`,
        next: `To resume: command: train with run-name: ${name}. To cancel: az ml job cancel --name ${name}.`,
    };
}
function runReport({ job, reused, compute, environment }, followed, metrics, tail, declaration, context) {
    const details = followed.end === "left" && followed.why === "not-waited-for" ? undefined : followed;
    const conclusion = followed.end === "over" ? (0,states/* classify */.L)(followed.status).conclusion : "in-progress";
    const startedAt = details?.startTime ?? job.createdAt;
    const endedAt = details?.endTime === undefined ? context.clock.now() : Date.parse(details.endTime);
    const last = Object.fromEntries(metrics.map((series) => [series.name, series.last]));
    return {
        name: job.name,
        id: job.id,
        ...(job.displayName === undefined ? {} : { displayName: job.displayName }),
        ...(job.studioUrl === undefined ? {} : { url: job.studioUrl }),
        status: followed.status,
        conclusion: followed.end === "left" && followed.why === "cancelled" ? "cancelled" : conclusion,
        reused,
        compute,
        ...(environment === undefined ? {} : { environment }),
        ...(job.experimentName === undefined ? {} : { experiment: job.experimentName }),
        ...(context.github.commit === "" ? {} : { commit: context.github.commit }),
        ...(startedAt === undefined
            ? {}
            : { startedAt, durationSeconds: Math.max(0, (endedAt - Date.parse(startedAt)) / 1000) }),
        metrics,
        gates: followed.end === "over" ? checkGates(declaration.gates, last) : [],
        ...(details?.error === undefined ? {} : { error: details.error }),
        ...(conclusion === "success" || conclusion === "in-progress" || tail === undefined ? {} : { logTail: tail }),
    };
}
/** Streams logs into one group for each file, and states between them. */
function streamedLogs(azure, { log }) {
    let open;
    const close = () => {
        if (open !== undefined)
            log.endGroup();
        open = undefined;
    };
    return {
        follower: createLogFollower(azure.blobs, (file, lines) => {
            if (open !== file) {
                close();
                log.startGroup(file);
                open = file;
            }
            for (const line of lines)
                log.info(line);
        }),
        status: (status) => {
            close();
            log.info(`Run: ${status}`);
        },
        end: close,
    };
}

// EXTERNAL MODULE: ./build/commands/session.js
var session = __webpack_require__(6183);
// EXTERNAL MODULE: ./build/declaration/secret.js
var secret = __webpack_require__(2551);
;// CONCATENATED MODULE: ./build/job/definition.js
function isSecret(value) {
    return typeof value === "object";
}

// EXTERNAL MODULE: ./build/job/dependencies.js
var dependencies = __webpack_require__(619);
// EXTERNAL MODULE: ./build/environment/version.js
var version = __webpack_require__(7554);
;// CONCATENATED MODULE: ./build/job/provenance.js



/** Everything that the action adds to a job beside what its declaration says: where it comes from, and what it is. */
function provenanceOf(github, definition, workflowAttempt) {
    const properties = {
        [definitionProperty]: (0,external_node_crypto_.createHash)("sha256").update(canonicalJson(definition)).digest("hex"),
        ...(github.commit === "" ? {} : { "azureml-targets.commit": github.commit }),
        ...(github.repository === "" ? {} : { "azureml-targets.repository": github.repository }),
        ...(github.runUrl === undefined ? {} : { "azureml-targets.workflow-run": github.runUrl }),
    };
    return { properties, tags: { [submittedByTag]: workflowAttempt } };
}

// EXTERNAL MODULE: ./build/compute/duration.js
var duration = __webpack_require__(680);
// EXTERNAL MODULE: ./build/job/wire-parts.js
var wire_parts = __webpack_require__(4116);
;// CONCATENATED MODULE: ./build/job/request.js


/** Body of `PUT …/jobs/{name}`, member for member what the official client sends for the same declaration. */
function jobRequest(job, resolved) {
    return {
        properties: (0,wire_parts/* withoutUndefined */.r$)({
            jobType: "Command",
            displayName: job.displayName ?? job.name ?? resolved.runName,
            experimentName: job.experimentName ?? resolved.fallbackExperiment,
            description: job.description,
            command: job.command,
            codeId: resolved.codeId,
            environmentId: resolved.environmentId,
            computeId: resolved.compute === undefined ? undefined : computeId(resolved.workspaceId, resolved.compute),
            inputs: mapValues(job.inputs, (input, name) => toInput(input, resolved.inputUris[name])),
            outputs: mapValues(job.outputs, toOutput),
            environmentVariables: resolved.environmentVariables,
            distribution: job.distribution,
            resources: job.resources,
            limits: job.limits === undefined
                ? undefined
                : (0,wire_parts/* withoutUndefined */.r$)({
                    jobLimitsType: "Command",
                    timeout: job.limits.timeout === undefined ? undefined : (0,duration/* toIsoDuration */.f)(job.limits.timeout),
                }),
            services: job.services,
            identity: job.identity,
            queueSettings: job.queueSettings,
            parentJobName: job.parentJobName,
            tags: { ...job.tags, ...resolved.provenance.tags },
            properties: { ...job.properties, ...resolved.provenance.properties },
            isArchived: false,
        }),
    };
}
function computeId(workspaceId, compute) {
    if (compute.startsWith("/"))
        return compute;
    // A virtual cluster stands beside the workspaces of a resource group, not in one.
    const [, cluster] = /^virtualclusters\/(.+)$/i.exec(compute) ?? [];
    return cluster === undefined
        ? `${workspaceId}/computes/${compute}`
        : workspaceId.replace(/workspaces\/[^/]+$/, `virtualclusters/${cluster}`);
}
function toInput(input, uri) {
    if (input.kind === "literal")
        return { jobInputType: "literal", value: input.value };
    return (0,wire_parts/* withoutUndefined */.r$)({ jobInputType: input.type, uri: uri ?? input.path, mode: input.mode });
}
function toOutput(output) {
    return (0,wire_parts/* withoutUndefined */.r$)({
        jobOutputType: output.type,
        uri: output.path,
        mode: output.mode,
        assetName: output.name,
        assetVersion: output.version,
    });
}
function mapValues(members, map) {
    return Object.fromEntries(Object.entries(members).map(([name, value]) => [name, map(value, name)]));
}
/** Variables whose values stand in the declaration; references are left out, so that a secret is no part of a name or hash. */
function plainVariables(variables) {
    return Object.fromEntries(Object.entries(variables).flatMap(([name, value]) => (typeof value === "object" ? [] : [[name, value]])));
}

// EXTERNAL MODULE: ./build/job/local-parts.js
var local_parts = __webpack_require__(9044);
// EXTERNAL MODULE: ./build/upload/snapshot.js
var snapshot = __webpack_require__(9290);
;// CONCATENATED MODULE: ./build/commands/submit-run.js













/** Submits the run under a name that is derived from the commit and the definition. */
async function submitRun(job, context, { azure, liveNames }) {
    const { github, inputs } = context;
    let local;
    try {
        local = await (0,local_parts/* takeLocalParts */.n)(job);
    }
    catch (error) {
        if (!(error instanceof snapshot/* SnapshotRefused */.nw))
            throw error;
        return (0,outcome/* failed */.g)({ reason: "refused", error: { code: "SnapshotRefused", message: error.message, details: [] } });
    }
    const compute = job.compute === undefined ? undefined : (liveNames.get(job.compute.toLowerCase()) ?? job.compute);
    const definition = definitionOf(job, local, azure.workspace.id, compute);
    const attemptOfWorkflow = (0,github_context/* workflowAttempt */.B)(github);
    const name = runName({
        prefix: job.name,
        commit: github.commit,
        definition,
        event: github.event,
        workflowRunId: github.runId,
    });
    const ports = {
        assets: azure.assets,
        blobs: azure.blobs,
        datastores: azure.datastores,
        workspaceId: azure.workspace.id,
        signal: context.signal,
        onProgress: (message) => context.log.info(message),
    };
    return submitOnce({
        name,
        rerun: inputs.rerun,
        workflowAttempt: attemptOfWorkflow,
        bodyFor: (attempt) => assemble(job, attempt, { local, compute, definition, workflowAttempt: attemptOfWorkflow }, context, azure, ports),
    }, {
        jobs: azure.jobs,
        clock: context.clock,
        signal: context.signal,
        beforeSubmit: (attempt) => context.state.runStarting({ name: attempt, workspace: azure.workspace }),
    });
}
/** What makes two runs the same: everything that is asked of the service, and nothing of when and by whom. */
function definitionOf(job, local, workspaceId, compute) {
    const environment = job.environment.from === "reference"
        ? job.environment.id
        : (0,version/* anonymousVersion */.A)(job.environment.definition, local.context?.blobPath);
    return jobRequest(job, {
        workspaceId,
        runName: "",
        fallbackExperiment: "",
        environmentId: JSON.stringify(environment),
        ...(job.code === undefined
            ? {}
            : { codeId: job.code.from === "reference" ? job.code.id : (local.code?.hash ?? "") }),
        ...(compute === undefined ? {} : { compute }),
        inputUris: Object.fromEntries(Object.entries(job.inputs).flatMap(([name, input]) => {
            const upload = local.inputs[name];
            return input.kind === "data" && upload !== undefined ? [[name, (0,local_parts/* inputUri */.b)(input, upload)]] : [];
        })),
        environmentVariables: plainVariables(job.environmentVariables),
        provenance: { properties: {}, tags: {} },
    });
}
/** Brings about what the run depends on, and makes the request of it. */
async function assemble(job, name, { local, compute, definition, workflowAttempt }, context, azure, ports) {
    const [code, environment, inputs, variables] = await Promise.all([
        job.code === undefined ? (0,outcome/* succeeded */.P)(undefined) : (0,dependencies/* resolveCode */.Ik)(job.code, local.code, ports),
        (0,dependencies/* ensureEnvironment */.sL)(job, local, ports),
        (0,dependencies/* resolveInputs */.eL)(job, local, ports),
        resolveVariables(job, context, azure),
    ]);
    if (!code.ok)
        return code;
    if (!environment.ok)
        return environment;
    if (!inputs.ok)
        return inputs;
    if (!variables.ok)
        return variables;
    return (0,outcome/* succeeded */.P)(jobRequest(job, {
        workspaceId: azure.workspace.id,
        runName: name,
        fallbackExperiment: (0,external_node_path_.basename)(context.workingDirectory),
        environmentId: environment.value,
        ...(code.value === undefined ? {} : { codeId: code.value }),
        ...(compute === undefined ? {} : { compute }),
        inputUris: inputs.value,
        environmentVariables: variables.value,
        provenance: provenanceOf(context.github, definition, workflowAttempt),
    }));
}
async function resolveVariables(job, context, azure) {
    const resolveSecret = context.resolveSecretWith(azure);
    try {
        const entries = await Promise.all(Object.entries(job.environmentVariables).map(async ([name, value]) => [name, isSecret(value) ? await resolveSecret(value) : value]));
        return (0,outcome/* succeeded */.P)(Object.fromEntries(entries));
    }
    catch (error) {
        if (!(error instanceof secret/* SecretUnavailable */.t))
            throw error;
        return (0,outcome/* failed */.g)({ reason: "refused", error: { code: "SecretUnavailable", message: error.message, details: [] } });
    }
}

// EXTERNAL MODULE: external "node:fs/promises"
var promises_ = __webpack_require__(1455);
// EXTERNAL MODULE: external "node:url"
var external_node_url_ = __webpack_require__(3136);
;// CONCATENATED MODULE: ./build/job/local/file-store.js


/**
 * The metrics of every run in an MLflow file store: `{experiment}/{run}/metrics/{name}`, a line for each value of the
 * form `timestamp value step`.
 *
 * @see https://mlflow.org/docs/latest/tracking.html
 */
async function readFileStore(folder) {
    const series = [];
    const entries = await (0,promises_.readdir)(folder, { recursive: true, withFileTypes: true }).catch(() => []);
    for (const entry of entries) {
        const path = (0,external_node_path_.join)(entry.parentPath, entry.name);
        const [, name] = /[/\\]metrics[/\\](.+)$/.exec(path) ?? [];
        if (!entry.isFile() || name === undefined)
            continue;
        const points = (await (0,promises_.readFile)(path, "utf8"))
            .split("\n")
            .filter((line) => line.trim() !== "")
            .map((line) => {
            const [, value = "nan", step = "0"] = line.trim().split(/\s+/);
            return { step: Number(step), value: Number(value) };
        });
        const last = points.at(-1);
        if (last !== undefined)
            series.push({
                name: name.replaceAll("\\", "/"),
                last: last.value,
                points: points.sort((a, b) => a.step - b.step),
            });
    }
    return series.sort((a, b) => (a.name < b.name ? -1 : 1));
}

// EXTERNAL MODULE: external "node:child_process"
var external_node_child_process_ = __webpack_require__(1421);
// EXTERNAL MODULE: external "node:readline"
var external_node_readline_ = __webpack_require__(481);
;// CONCATENATED MODULE: ./build/job/local/process.js


/** Between asking a process to end and ending it. Our choice, inside the runner's grace. */
const graceMs = 2_000;
/** Runs a program in a process group of its own and hands out its output line by line. */
async function runLogged(command, args, options) {
    const { cwd, env, onLine, signal } = options;
    if (signal.aborted)
        return { code: null, aborted: true };
    const child = (0,external_node_child_process_.spawn)(command, [...args], {
        cwd,
        env: { ...env },
        detached: process.platform !== "win32",
        stdio: ["ignore", "pipe", "pipe"],
    });
    const outputs = [child.stdout, child.stderr].map((stream) => (0,external_node_readline_.createInterface)({ input: stream, crlfDelay: Number.POSITIVE_INFINITY }));
    const read = outputs.map(async (lines) => {
        for await (const line of lines)
            onLine(line);
    });
    const stop = () => endGroup(child);
    signal.addEventListener("abort", stop, { once: true });
    try {
        const code = await new Promise((resolve, reject) => {
            child.once("error", reject);
            child.once("close", resolve);
        });
        await Promise.all(read);
        return { code, aborted: signal.aborted };
    }
    finally {
        signal.removeEventListener("abort", stop);
    }
}
function endGroup(child) {
    kill(child, "SIGTERM");
    setTimeout(() => kill(child, "SIGKILL"), graceMs).unref();
}
function kill(child, signal) {
    if (child.pid === undefined)
        return;
    try {
        process.kill(process.platform === "win32" ? child.pid : -child.pid, signal);
    }
    catch {
        // It has ended by itself.
    }
}

;// CONCATENATED MODULE: ./build/job/local/python-environment.js

/** Packages that conda-forge and PyPI call by different names. */
const pipNames = {
    pytorch: "torch",
    "pytorch-lightning": "pytorch-lightning",
    "py-xgboost": "xgboost",
    tensorflow: "tensorflow",
    opencv: "opencv-python",
    "matplotlib-base": "matplotlib",
    "faiss-cpu": "faiss-cpu",
    "python-dateutil": "python-dateutil",
};
/** Packages of conda that are part of any Python environment, or of conda itself. */
const broughtAlong = new Set(["pip", "setuptools", "wheel", "conda", "ca-certificates"]);
/** Packages that are no Python packages. */
const systemPackages = /^(cudatoolkit|cuda[-_].*|cudnn|nccl|gcc.*|gxx.*|cmake|make|nodejs|r-.*|r|openjdk|ffmpeg|libgomp|mkl|openmpi|mpi|mpi4py|git|compilers|.*::.*)$/i;
/** Tells what pip can install of a conda specification. */
function planPip(conda) {
    const dependencies = Array.isArray(conda["dependencies"]) ? conda["dependencies"] : [];
    const requirements = [];
    const notByPip = [];
    let python;
    for (const entry of dependencies) {
        if (typeof entry === "object" && entry !== null && "pip" in entry) {
            requirements.push(...(Array.isArray(entry.pip) ? entry.pip.map(String) : []));
            continue;
        }
        const text = String(entry).trim();
        const [, name = text, constraint = ""] = /^([A-Za-z0-9_.:/-]+)\s*(.*)$/.exec(text) ?? [];
        const lower = name.toLowerCase();
        if (lower === "python")
            python = /\d+(\.\d+)?/.exec(constraint)?.[0];
        else if (broughtAlong.has(lower))
            continue;
        else if (systemPackages.test(name))
            notByPip.push(text);
        else
            requirements.push(`${pipNames[lower] ?? name}${pipConstraint(constraint)}`);
    }
    return { requirements, notByPip, ...(python === undefined ? {} : { python }) };
}
/** conda's `=1.2` is pip's `==1.2.*`; a build string behind it means nothing to pip. */
function pipConstraint(constraint) {
    const text = constraint.trim().replaceAll(/\s+/g, "");
    const [, version] = /^=([^=][^=]*)(=.*)?$/.exec(text) ?? [];
    if (version === undefined)
        return text;
    return version.includes("*") ? `==${version}` : `==${version}${version.split(".").length >= 3 ? "" : ".*"}`;
}
/** The same requirements for the same Python are the same environment. */
function environmentKey(requirements, pythonVersion) {
    return (0,external_node_crypto_.createHash)("sha256")
        .update(JSON.stringify([pythonVersion, ...requirements]))
        .digest("hex")
        .slice(0, 16);
}

// EXTERNAL MODULE: external "node:fs"
var external_node_fs_ = __webpack_require__(3024);
// EXTERNAL MODULE: external "node:util"
var external_node_util_ = __webpack_require__(7975);
;// CONCATENATED MODULE: ./build/job/local/virtual-environment.js







const run = (0,external_node_util_.promisify)(external_node_child_process_.execFile);
/** The first usable Python: at least 3.9, with venv. */
async function findPython(path = process.env["PATH"] ?? "") {
    const names = process.platform === "win32" ? ["python.exe", "python3.exe"] : ["python3", "python"];
    for (const folder of path.split(external_node_path_.delimiter)) {
        for (const name of names) {
            const command = (0,external_node_path_.join)(folder, name);
            if (folder === "" || !(0,external_node_fs_.existsSync)(command))
                continue;
            const version = await versionOf(command);
            if (version !== undefined && isAtLeast(version, 3, 9))
                return { command, version };
        }
    }
    return undefined;
}
async function versionOf(command) {
    try {
        const { stdout } = await run(command, ["-c", "import venv, ensurepip, platform; print(platform.python_version())"], { timeout: 20_000 });
        return stdout.trim();
    }
    catch {
        return undefined;
    }
}
function isAtLeast(version, major, minor) {
    const [a = 0, b = 0] = version.split(".").map(Number);
    return a > major || (a === major && b >= minor);
}
/** A virtual environment that could not be built; the log has pip's own words. */
class EnvironmentFailed extends Error {
    constructor(message) {
        super(message);
        this.name = "EnvironmentFailed";
    }
}
/**
 * A virtual environment with the requirements, kept under their hash: the second time it costs nothing and needs no
 * network. Built beside its place and moved there when it is whole, so that a killed build leaves none behind.
 *
 * @returns the folder of its executables.
 */
async function ensureVirtualEnvironment(requirements, python, cacheFolder, onLine, signal) {
    const folder = (0,external_node_path_.join)(cacheFolder, environmentKey(requirements, python.version));
    const bin = process.platform === "win32" ? "Scripts" : "bin";
    const marker = (0,external_node_path_.join)(folder, "complete");
    if ((0,external_node_fs_.existsSync)(marker))
        return (0,external_node_path_.join)(folder, bin);
    await (0,promises_.mkdir)(cacheFolder, { recursive: true });
    await (0,promises_.rm)(folder, { recursive: true, force: true });
    const step = async (command, args, what) => {
        const { code } = await runLogged(command, args, { cwd: cacheFolder, env: process.env, onLine, signal });
        if (code !== 0)
            throw new EnvironmentFailed(`${what} failed with exit code ${String(code)}.`);
    };
    // A virtual environment holds its own path, so it is built where it will stay; the marker says that it is whole.
    await step(python.command, ["-m", "venv", folder], "Creating the virtual environment");
    if (requirements.length > 0) {
        const list = (0,external_node_path_.join)(folder, "requirements.txt");
        await (0,promises_.writeFile)(list, `${requirements.join("\n")}\n`);
        const executable = (0,external_node_path_.join)(folder, bin, process.platform === "win32" ? "python.exe" : "python");
        await step(executable, ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input", "-r", list], "Installing the packages");
    }
    await (0,promises_.writeFile)(`${marker}.new`, python.version);
    await (0,promises_.rename)(`${marker}.new`, marker);
    return (0,external_node_path_.join)(folder, bin);
}

;// CONCATENATED MODULE: ./build/job/local/run-locally.js









const run_locally_tailLines = 60;
/** A job that this machine cannot run, and why. */
class NotRunnableHere extends Error {
    constructor(message) {
        super(message);
        this.name = "NotRunnableHere";
    }
}
/** Runs a command job on this machine as the service would: its code in a folder of its own, its environment, its command. */
async function runLocally(name, job, ports) {
    const { runFolder, signal } = ports;
    const codeFolder = (0,external_node_path_.join)(runFolder, "code");
    const outputsFolder = (0,external_node_path_.join)(codeFolder, "outputs");
    const tail = [];
    const keep = (file) => (line) => {
        tail.push(line);
        tail.splice(0, Math.max(0, tail.length - run_locally_tailLines));
        ports.onLine(file, line);
    };
    await (0,promises_.mkdir)(outputsFolder, { recursive: true });
    ports.onStatus("Preparing");
    await copyCode(job, codeFolder);
    const command = substitute(job, runFolder);
    const path = await environmentPath(job, ports, keep("azureml-logs/20_image_build_log.txt"));
    const env = {
        ...inherited(ports.environment),
        ...(await variablesOf(job, ports.resolveSecret)),
        PATH: [path, ports.environment["PATH"]].filter((part) => part !== undefined).join(external_node_path_.delimiter),
        AZUREML_RUN_ID: name,
        MLFLOW_RUN_NAME: name,
        MLFLOW_TRACKING_URI: (0,external_node_url_.pathToFileURL)((0,external_node_path_.join)(runFolder, "mlruns")).href,
        // Newer MLflow wants to be told that a file store is meant.
        MLFLOW_ALLOW_FILE_STORE: "true",
        PYTHONUNBUFFERED: "1",
    };
    for (const output of Object.keys(job.outputs))
        await (0,promises_.mkdir)((0,external_node_path_.join)(runFolder, "named-outputs", output), { recursive: true });
    ports.onStatus("Running");
    const limit = job.limits?.timeout === undefined
        ? signal
        : AbortSignal.any([signal, AbortSignal.timeout(job.limits.timeout * 1000)]);
    const end = await runLogged("bash", ["-c", command], {
        cwd: codeFolder,
        env,
        onLine: keep("user_logs/std_log.txt"),
        signal: limit,
    });
    const metrics = await readFileStore((0,external_node_path_.join)(runFolder, "mlruns"));
    const status = end.aborted ? "Canceled" : end.code === 0 ? "Completed" : "Failed";
    ports.onStatus(status);
    const error = status === "Failed"
        ? `The command ended with exit code ${String(end.code)}.`
        : end.aborted && !signal.aborted
            ? "The job's own time limit passed."
            : undefined;
    return { status, metrics, tail, outputsFolder, ...(error === undefined ? {} : { error }) };
}
/** The step's environment without what belongs to the action itself: inputs, tokens, and the files of the runner's protocol. */
function inherited(environment) {
    const own = /^(INPUT_|STATE_|ACTIONS_|AZURE_CLIENT_SECRET$|GITHUB_(TOKEN|OUTPUT|STATE|ENV|PATH|STEP_SUMMARY)$)/;
    return Object.fromEntries(Object.entries(environment).filter(([name]) => !own.test(name)));
}
async function copyCode(job, folder) {
    if (job.code === undefined)
        return;
    if (job.code.from === "reference") {
        throw new NotRunnableHere(`The job's code is ${job.code.id}; a run on this machine needs it as a local folder.`);
    }
    const { files } = await (0,snapshot/* takeSnapshot */.W9)(job.code.folder);
    for (const { name, path } of files) {
        const to = (0,external_node_path_.join)(folder, name);
        await (0,promises_.mkdir)((0,external_node_path_.dirname)(to), { recursive: true });
        await (0,promises_.copyFile)(path, to);
    }
}
/** `${{inputs.x}}` and `${{outputs.x}}` as the service puts them in. */
function substitute(job, runFolder) {
    return job.command.replaceAll(/\$\{\{\s*(inputs|outputs)\.([A-Za-z0-9_]+)\s*\}\}/g, (_, section, name) => {
        if (section === "outputs")
            return (0,external_node_path_.join)(runFolder, "named-outputs", name);
        const input = job.inputs[name];
        if (input?.kind === "literal")
            return input.value;
        if (input?.local !== undefined)
            return input.local;
        throw new NotRunnableHere(`The input ${JSON.stringify(name)} is data in Azure (${input?.kind === "data" ? input.path : ""}), which a run on this machine does not fetch.`);
    });
}
/** @returns the folder of executables to put first on the path; `undefined` where the job needs no Python packages. */
async function environmentPath(job, ports, onLine) {
    if (job.environment.from === "reference") {
        onLine(`The environment ${job.environment.id} is kept in Azure; the run uses what is installed on this machine.`);
        return undefined;
    }
    const { conda, image, build } = job.environment.definition;
    if (build !== undefined)
        throw new NotRunnableHere("The environment is built from a Docker context, which a run on this machine does not do. Give image and conda_file, or a compute target of the workspace.");
    if (conda === undefined) {
        onLine(`The image ${image ?? ""} is not used on this machine; the run uses what is installed here.`);
        return undefined;
    }
    const { requirements, python: wanted, notByPip } = planPip(conda);
    if (notByPip.length > 0) {
        throw new NotRunnableHere(`These packages of the conda file are not to be had from pip, with which a run on this machine installs: ${notByPip.join(", ")}.`);
    }
    const python = await findPython(ports.environment["PATH"]);
    if (python === undefined)
        throw new NotRunnableHere("No Python of version 3.9 or newer with venv is on this machine. Add actions/setup-python before this step.");
    if (wanted !== undefined && !`${python.version}.`.startsWith(`${wanted}.`)) {
        onLine(`The conda file asks for Python ${wanted}; this machine has ${python.version}, which is used.`);
    }
    return ensureVirtualEnvironment(requirements, python, ports.cacheFolder, onLine, ports.signal);
}
async function variablesOf(job, resolveSecret) {
    const entries = await Promise.all(Object.entries(job.environmentVariables).map(async ([name, value]) => [name, isSecret(value) ? await resolveSecret(value) : String(value)]));
    return Object.fromEntries(entries);
}

;// CONCATENATED MODULE: ./build/commands/train-locally.js









/** Runs a job whose compute is the runner: same command, same environment, same report, nothing sent anywhere. */
async function trainLocally(job, gates, context, azure) {
    const { github, log, clock } = context;
    const definition = {
        command: job.command,
        environment: job.environment.from === "reference" ? job.environment.id : job.environment.definition.condaFile,
        // Where the checkout lies is no part of what is run.
        inputs: Object.values(job.inputs).map((input) => (input.kind === "literal" ? input.value : input.path)),
    };
    const name = runName({
        prefix: job.name,
        commit: github.commit,
        definition,
        event: github.event,
        workflowRunId: github.runId,
    });
    const folder = (0,external_node_path_.join)(context.temporaryFolder, `${name}-${(0,external_node_crypto_.createHash)("sha256").update(String(clock.now())).digest("hex").slice(0, 6)}`);
    const startedAt = clock.now();
    log.startGroup(`Run ${name} on this runner`);
    try {
        const ran = await runLocally(name, job, {
            clock,
            signal: context.signal,
            resolveSecret: context.resolveSecretWith(azure),
            environment: context.environment,
            runFolder: folder,
            cacheFolder: (0,external_node_path_.join)(context.toolCache, "environments"),
            onLine: (_, line) => log.info(line),
            onStatus: (status) => log.info(`Run: ${status}`),
        });
        const last = Object.fromEntries(ran.metrics.map((series) => [series.name, series.last]));
        const checked = ran.status === "Completed" ? checkGates(gates, last) : [];
        const state = (0,states/* classify */.L)(ran.status);
        const run = {
            name,
            ...(job.displayName === undefined ? {} : { displayName: job.displayName }),
            status: ran.status,
            conclusion: state.conclusion,
            reused: false,
            compute: job.compute ?? "local",
            ...(job.experimentName === undefined ? {} : { experiment: job.experimentName }),
            ...(github.commit === "" ? {} : { commit: github.commit }),
            startedAt: new Date(startedAt).toISOString(),
            durationSeconds: (clock.now() - startedAt) / 1000,
            metrics: ran.metrics,
            gates: checked,
            artifactsPath: (0,external_node_path_.resolve)(ran.outputsFolder),
            ...(ran.error === undefined ? {} : { error: { code: "RunFailed", message: ran.error, details: [] } }),
            ...(ran.status === "Completed" ? {} : { logTail: ran.tail.join("\n") }),
        };
        if (context.signal.aborted)
            return {
                run,
                failures: [
                    { reason: "cancelled", message: `The workflow was cancelled, and with it the run '${name}' on the runner.` },
                ],
            };
        if (state.conclusion !== "success") {
            return {
                run,
                failures: [
                    {
                        reason: state.failureReason ?? "run-failed",
                        message: `The run '${name}' on the runner ended as ${ran.status}. ${ran.error ?? ""}`.trim(),
                    },
                ],
            };
        }
        return {
            run,
            failures: missedGates(checked).map((message) => ({ reason: "gate-missed", message })),
        };
    }
    catch (error) {
        if (error instanceof secret/* SecretUnavailable */.t)
            return { failures: [{ reason: "secret-unavailable", message: error.message }] };
        if (error instanceof NotRunnableHere || error instanceof snapshot/* SnapshotRefused */.nw || error instanceof EnvironmentFailed) {
            return { failures: [{ reason: "run-failed", message: error.message }] };
        }
        throw error;
    }
    finally {
        log.endGroup();
    }
}

// EXTERNAL MODULE: ./build/commands/validate.js
var validate = __webpack_require__(7541);
;// CONCATENATED MODULE: ./build/commands/train.js













/** Ensures the targets that the run names, if they are declared; submits the run once, follows it, checks its gates. */
async function train(context) {
    const declaration = await context.declare();
    const base = (0,validate.checked)(declaration);
    if (declaration.problems.some(problem/* isError */.bJ))
        return base;
    if (context.inputs.runName !== undefined)
        return (0,commands_context/* join */.f)(base, await resume(context.inputs.runName, declaration, context));
    if (declaration.run === undefined) {
        throw new session/* MissingInput */.Rw("No run is declared. Declare run: in the declaration file, or name a job file with the input 'run'.");
    }
    if (!needsWorkspace(declaration))
        return (0,commands_context/* join */.f)(base, await trainDeclared(declaration, context));
    const azure = await (0,session/* connect */.Ng)(context, declaration);
    const named = declaration.targets.filter(({ name }) => name.toLowerCase() === declaration.run?.compute?.toLowerCase());
    const ensured = named.length === 0
        ? { result: commands_context/* nothing */.s, liveNames: new Map() }
        : await (0,apply.ensureTargets)(azure, { targets: named }, context);
    const environments = await (0,commands_environments/* ensureEnvironments */.z)(azure, { environments: namedBy(declaration) }, context);
    const result = (0,commands_context/* join */.f)((0,commands_context/* join */.f)(base, { ...ensured.result, workspace: (0,session/* workspaceReport */.WQ)(azure) }), environments);
    if (result.failures.length > 0)
        return result;
    return (0,commands_context/* join */.f)(result, await trainDeclared(declaration, context, { azure, liveNames: ensured.liveNames }));
}
/** The declared environments that the run refers to. */
function namedBy({ run, environments }) {
    const reference = run?.environment.from === "reference" ? run.environment.id.toLowerCase() : "";
    return environments.filter(({ name }) => [":", "@"].some((sign) => reference.startsWith(`azureml:${name.toLowerCase()}${sign}`)));
}
/** True unless everything that is declared happens on the runner. */
function needsWorkspace({ run, targets, environments, }) {
    const onRunner = run === undefined || isLocal(run, targets);
    return !onRunner || environments.length > 0 || targets.some(({ type }) => type !== "local");
}
function isLocal({ compute }, targets) {
    if (compute === undefined)
        return false;
    const target = targets.find(({ name }) => name.toLowerCase() === compute.toLowerCase());
    return target === undefined ? compute.toLowerCase() === "local" : target.type === "local";
}
/** Runs what is declared: on the runner, or in the workspace. */
async function trainDeclared(declaration, context, prepared) {
    const { run } = declaration;
    if (run === undefined)
        return commands_context/* nothing */.s;
    if (isLocal(run, declaration.targets))
        return trainLocally(run, declaration.gates, context, prepared?.azure);
    const azure = prepared?.azure ?? (await (0,session/* connect */.Ng)(context, declaration));
    return trainInWorkspace(run, declaration, context, { azure, liveNames: prepared?.liveNames ?? new Map() });
}
async function trainInWorkspace(job, declaration, context, prepared) {
    const { azure } = prepared;
    const submitted = await submitRun(job, context, prepared);
    if (!submitted.ok) {
        const failure = (0,azure_failure/* failureOf */.g)(submitted.failure, "The run could not be submitted");
        if (failure.reason === "cancelled")
            return cutOff(context, azure);
        return { failures: [{ ...failure, reason: "submission-failed" }] };
    }
    const { job: live, reused, reason } = submitted.value;
    context.log.info(reused ? `Joined the run ${live.name}: ${reason ?? ""}` : `Submitted the run ${live.name}.`);
    if (live.studioUrl !== undefined)
        context.log.info(`Studio: ${live.studioUrl}`);
    const compute = job.compute ?? "serverless";
    const environment = environmentWord(job);
    const ours = !reused || isOurs(live, context);
    return followToReport({ ...submitted.value, compute, environment, ours }, declaration, context, azure);
}
/** What a reader of the report knows the environment by. */
function environmentWord({ environment }) {
    if (environment.from === "reference")
        return environment.id;
    const { image, build } = environment.definition;
    const context = build?.context.from === "local" ? build.context.path : build?.context.url;
    return image ?? `built from ${context ?? ""}`;
}
function isOurs(job, { github }) {
    return job.tags[submittedByTag] === (0,github_context/* workflowAttempt */.B)(github);
}
/** The workflow was cancelled while the run was being submitted: whether it came about, the cancellation finds out. */
async function cutOff(context, azure) {
    const name = context.state.startedRun();
    if (name === undefined)
        return { failures: [{ reason: "cancelled", message: "The workflow was cancelled before a run was submitted." }] };
    const asked = await (0,job_cancel/* cancelRun */.S)(name, azure.jobs, context.clock);
    const settled = asked.ok || asked.failure.reason === "not-found";
    if (settled)
        context.state.runEnded();
    const what = asked.ok
        ? "its cancellation was asked for"
        : settled
            ? "it never came about"
            : "it could not be cancelled";
    return {
        failures: [
            {
                reason: "cancelled",
                message: `The workflow was cancelled while the run '${name}' was being submitted; ${what}.`,
            },
        ],
        leftGoing: settled ? [] : [goesOn(name)],
    };
}
/** Follows a run that was left going, whatever is declared; submits nothing. */
async function resume(name, declaration, context) {
    const azure = await (0,session/* connect */.Ng)(context, declaration);
    const job = await azure.jobs.get(name);
    const report = { workspace: (0,session/* workspaceReport */.WQ)(azure) };
    if (!job.ok)
        return { ...report, failures: [(0,azure_failure/* failureOf */.g)(job.failure, `The run '${name}' could not be read`)] };
    if (job.value === undefined) {
        return {
            ...report,
            failures: [
                { reason: "invalid-input", message: `The workspace has no run '${name}', which the input 'run-name' names.` },
            ],
        };
    }
    const compute = job.value.computeId?.split("/").at(-1) ?? "serverless";
    return (0,commands_context/* join */.f)({ ...report, failures: [] }, await followToReport({ job: job.value, reused: true, compute, ours: isOurs(job.value, context) }, declaration, context, azure));
}


/***/ }),

/***/ 8764:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   S: () => (/* binding */ cancelRun)
/* harmony export */ });
/** The runner kills 10 s after its first signal; the cancellation has to be out well before. */
const longestSeconds = 6;
/** A submission that was cut off may still be on its way when the cancellation arrives. */
const looksForRun = 4;
/** Asks for the cancellation of a run, whatever else has been aborted. A run that cannot be found is looked for a little. */
async function cancelRun(name, jobs, clock) {
    const until = AbortSignal.timeout(longestSeconds * 1000);
    for (let look = 1;; look += 1) {
        const asked = await jobs.cancel(name, until);
        if (asked.ok || asked.failure.reason !== "not-found" || look >= looksForRun || until.aborted)
            return asked;
        await clock.sleep(0.5);
    }
}


/***/ }),

/***/ 3144:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   L: () => (/* binding */ classify)
/* harmony export */ });
const inProgress = { phase: "in-progress", conclusion: "in-progress" };
/** Every status the service is known to give. Only `Completed` is success. */
const states = {
    notstarted: inProgress,
    queued: inProgress,
    preparing: inProgress,
    provisioning: inProgress,
    starting: inProgress,
    running: inProgress,
    finalizing: inProgress,
    cancelrequested: inProgress,
    completed: { phase: "over", conclusion: "success" },
    failed: { phase: "over", conclusion: "failure", failureReason: "run-failed", spent: true },
    canceled: { phase: "over", conclusion: "cancelled", failureReason: "run-canceled", spent: true },
    notresponding: { phase: "stalled", conclusion: "failure", failureReason: "run-not-responding", spent: true },
    paused: { phase: "stalled", conclusion: "failure", failureReason: "run-not-responding" },
};
/** A word that nobody knew when this was written is waited for, then fails by its name: it is never green. */
const unknown = { phase: "stalled", conclusion: "failure", failureReason: "run-state-unknown" };
function classify(status) {
    const key = status.toLowerCase().replace(/^cancelled$/, "canceled");
    return (Object.hasOwn(states, key) ? states[key] : undefined) ?? unknown;
}


/***/ })

};
