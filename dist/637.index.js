export const id = 637;
export const ids = [637];
export const modules = {

/***/ 8416:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   P: () => (/* binding */ succeeded),
/* harmony export */   g: () => (/* binding */ failed)
/* harmony export */ });
function succeeded(value) {
    return { ok: true, value };
}
function failed(failure) {
    return { ok: false, failure };
}


/***/ }),

/***/ 1560:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

// ESM COMPAT FLAG
__webpack_require__.r(__webpack_exports__);

// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  apply: () => (/* binding */ apply_apply),
  ensureTargets: () => (/* binding */ ensureTargets)
});

// EXTERNAL MODULE: ./node_modules/p-limit/index.js + 1 modules
var p_limit = __webpack_require__(370);
// EXTERNAL MODULE: ./build/declaration/secret.js
var secret = __webpack_require__(2551);
// EXTERNAL MODULE: ./build/compute/target.js + 10 modules
var target = __webpack_require__(4578);
// EXTERNAL MODULE: ./build/plan/plan.js
var plan = __webpack_require__(1583);
// EXTERNAL MODULE: ./build/attach/remove.js
var remove = __webpack_require__(6722);
// EXTERNAL MODULE: ./build/attach/settle.js
var settle = __webpack_require__(4401);
;// CONCATENATED MODULE: ./build/attach/gravity.js
/** How much a step can destroy: nothing, nothing that was there, settings, an attachment, a compute. */
const gravity = {
    keep: 0,
    adopt: 0,
    refuse: 0,
    wait: 0,
    create: 1,
    attach: 1,
    update: 2,
    reattach: 3,
    replace: 3,
    recreate: 4,
};
/**
 * True when `decided` destroys no more than `planned` allowed. A planned `wait` allows what the user's options allow,
 * because what it waited for decides.
 */
function isNoGraverThan(decided, planned) {
    return planned.do === "wait" || gravity[decided.do] <= gravity[planned.do];
}

;// CONCATENATED MODULE: ./build/attach/apply.js







/**
 * Carries a plan out: every declared target is attached or created exactly once.
 *
 * Three rounds, each over all targets in parallel: wait for what is in flight, remove what has to go, then write. What
 * is live is read again before the last round, so a step that has become a no-op is skipped and one that would now be
 * graver than planned is not taken. No write is repeated blindly: after an unknown outcome the compute is read until it
 * is settled. A plan without writes costs no request.
 */
async function apply(planned, options, ports) {
    const limit = (0,p_limit/* default */.A)(options.parallel);
    const startedAt = ports.clock.now();
    const removals = await Promise.all(planned.steps.map((step) => limit(async () => ({ step, removed: await clearTheWay(step, ports) }))));
    const needsWrite = removals.some(({ step, removed }) => removed === undefined && isPending(step));
    const live = needsWrite ? await ports.computes.list() : undefined;
    const elapsed = () => (ports.clock.now() - startedAt) / 1000;
    const outcomes = await Promise.all(removals.map(({ step, removed }) => limit(async () => {
        if (removed !== undefined)
            return { step, end: removed, seconds: elapsed() };
        if (!isPending(step))
            return { step, end: endWithoutWrite(step), seconds: 0 };
        if (live === undefined || !live.ok)
            return { step, end: failure(live?.failure), seconds: elapsed() };
        const decided = (0,plan/* plan */.et)([step.target], live.value, ports.workspace, options).steps[0] ?? step;
        try {
            return { ...(await write(decided, step, options, ports)), seconds: elapsed() };
        }
        catch (error) {
            // One target's accident must not hide what came of the others.
            return { step, end: accident(error), seconds: elapsed() };
        }
    })));
    return verifyAttachments(outcomes, ports);
}
/** What cannot be told by an answer: the sign-in failed in the middle, or we made a mistake. */
function accident(error) {
    const failed = error instanceof Error && error.name === "AuthenticationFailed";
    const message = error instanceof Error ? error.message : String(error);
    const code = failed ? "AuthenticationFailed" : "InternalError";
    return {
        state: "failed",
        because: failed ? "authentication-failed" : "internal-error",
        error: { code, message, details: [] },
    };
}
/** Steps that may still send a write, or have to be decided anew. */
function isPending(step) {
    return !["keep", "adopt", "refuse"].includes(step.do);
}
function endWithoutWrite(step) {
    if (step.do === "refuse")
        return { state: "refused" };
    const compute = "live" in step ? step.live : undefined;
    return { state: "done", ...(compute === undefined ? {} : { compute }) };
}
/** Waits for what is in flight and removes what has to go. @returns why the step ends here, or `undefined` to go on. */
async function clearTheWay(step, ports) {
    switch (step.do) {
        case "wait":
            return earlyEnd(await (0,settle/* settle */.G9)(step.live.name, ports));
        case "attach":
        case "create":
            for (const leaving of step.afterRemovalOf) {
                const end = earlyEnd(await (0,settle/* settle */.G9)(leaving.name, ports));
                if (end !== undefined)
                    return end;
            }
            return undefined;
        case "reattach":
        case "recreate":
        case "replace": {
            // Before anything is removed: what the attachment after it will need must be there.
            const missing = await unavailableSecret(step, ports);
            if (missing !== undefined)
                return missing;
            for (const compute of step.remove) {
                const removal = await (0,remove/* removeAndWait */.r)(compute, ports);
                if (removal.state === "in-flight")
                    return { state: "in-flight", why: removal.why };
                if (removal.state === "failed")
                    return { state: "failed", because: "provisioning-failed", error: removal.error };
            }
            return undefined;
        }
        case "keep":
        case "adopt":
        case "update":
        case "refuse":
            return undefined;
    }
}
function earlyEnd(settled) {
    if (settled.state === "in-flight") {
        return {
            state: "in-flight",
            why: settled.why,
            ...(settled.compute === undefined ? {} : { compute: settled.compute }),
        };
    }
    return settled.state === "unreadable" ? failure(settled.failure) : undefined;
}
async function unavailableSecret(step, ports) {
    try {
        await Promise.all((0,target/* secretsOf */.Fj)(step.target).map((reference) => ports.resolveSecret(reference)));
        return undefined;
    }
    catch (error) {
        if (!(error instanceof secret/* SecretUnavailable */.t))
            throw error;
        return secretFailure(error);
    }
}
function secretFailure(error) {
    return {
        state: "failed",
        because: "secret-unavailable",
        error: { code: "SecretUnavailable", message: error.message, details: [] },
    };
}
/** Takes the step as decided on the live state of now; `planned` bounds how grave it may be. */
async function write(decided, planned, options, ports) {
    if (decided.do === "wait") {
        // Somebody started another operation meanwhile: wait for that too, then decide on what it left. The deadline bounds it.
        const end = await clearTheWay(decided, ports);
        if (end !== undefined)
            return { step: decided, end };
        const live = await ports.computes.list();
        if (!live.ok)
            return { step: decided, end: failure(live.failure) };
        const again = (0,plan/* plan */.et)([decided.target], live.value, ports.workspace, options).steps[0];
        return again === undefined ? { step: decided, end: { state: "refused" } } : write(again, planned, options, ports);
    }
    if (!isPending(decided))
        return { step: decided, end: endWithoutWrite(decided) };
    if (!isNoGraverThan(decided, planned)) {
        const message = `The workspace changed after the plan was made: this target now needs '${decided.do}' (${decided.reason}), ` +
            `the plan said '${planned.do}'. Run the command again.`;
        return {
            step: planned,
            end: { state: "failed", because: "drift", error: { code: "WorkspaceChanged", message, details: [] } },
        };
    }
    if ("remove" in decided) {
        // What was waited for ended in a state that has to be removed first.
        const end = await clearTheWay(decided, ports);
        if (end !== undefined)
            return { step: decided, end };
    }
    const end = await putUntilSettled(decided, options, ports);
    // Once the removal of a re-attachment is done, what is left to do is an attachment; it is reported as what was planned.
    return { step: "remove" in planned && decided.do !== "update" ? planned : decided, end };
}
/** How often a write is sent again after reads have shown that it never took effect. */
const mostSends = 3;
/** Sends the write of a step, finds out what became of it, reads back what stands there, and compares. */
async function putUntilSettled(step, options, ports) {
    let body;
    const patch = step.do === "update" ? (0,target/* toPatch */.Qs)(step.target, step.differences) : undefined;
    try {
        body = patch ?? (await (0,target/* toRequest */.d_)(step.target, ports.workspace, ports.resolveSecret));
    }
    catch (error) {
        if (!(error instanceof secret/* SecretUnavailable */.t))
            throw error;
        return secretFailure(error);
    }
    const { name } = step.target;
    for (let send = 1; send <= mostSends; send += 1) {
        if (ports.signal.aborted)
            return { state: "in-flight", why: "cancelled" };
        ports.onProgress(name, step.do === "update" ? "updating" : step.do === "create" || step.do === "recreate" ? "creating" : "attaching");
        const answer = patch === undefined ? await ports.computes.put(name, body) : await ports.computes.patch(name, body);
        if (answer.ok && !options.wait && target/* kinds */.EZ[step.target.type].origin === "managed") {
            return {
                state: "in-flight",
                why: "not-waited-for",
                ...(answer.value.compute === undefined ? {} : { compute: answer.value.compute }),
            };
        }
        const settled = answer.ok
            ? await (0,settle/* followWrite */.xP)(name, answer.value, ports)
            : await afterRefusal(name, answer.failure, ports);
        // A read may lag behind the write that it follows: what was accepted is not taken for absent at the first look.
        const sure = answer.ok && settled.state === "absent" ? await (0,settle/* settleUnknown */.wZ)(name, ports) : settled;
        const end = await conclude(step, sure, ports);
        // An update whose reply was lost, or that another operation turned away, and that left no trace: it may be sent again.
        const untouched = !answer.ok && step.do === "update" && end?.state === "failed" && end.because === "target-not-verified";
        if (end !== undefined && !untouched)
            return end;
    }
    return {
        state: "failed",
        because: "target-not-verified",
        error: {
            code: "NotCarriedOut",
            message: `'${name}' is not as declared after ${mostSends} requests to bring it about, each read back before the next.`,
            details: [],
        },
    };
}
async function afterRefusal(name, refused, ports) {
    if (refused.reason === "unknown")
        return (0,settle/* settleUnknown */.wZ)(name, ports);
    if (refused.reason === "cancelled")
        return { state: "in-flight", why: "cancelled" };
    // 409: an operation is in flight, our own lost one or somebody else's. Its end is what counts.
    if (refused.reason === "refused" && refused.status === 409) {
        const settled = await (0,settle/* settle */.G9)(name, ports);
        return settled.state === "absent" ? { state: "unreadable", failure: refused } : settled;
    }
    return { state: "unreadable", failure: refused };
}
/** @returns `undefined` when the compute is certainly absent: the write never took effect and may be sent again. */
async function conclude(step, settled, ports) {
    switch (settled.state) {
        case "absent":
            return undefined;
        case "in-flight":
            return {
                state: "in-flight",
                why: settled.why,
                ...(settled.compute === undefined ? {} : { compute: settled.compute }),
            };
        case "unreadable":
            return failure(settled.failure);
        case "failed":
            return provisioningFailed(settled.error, settled.compute);
        case "present":
            return verified(step, settled.compute, ports);
    }
}
function verified(step, compute, ports) {
    if (!(0,plan/* isUsable */.Ng)(compute)) {
        const [first, ...rest] = compute.provisioningErrors;
        const error = first ?? {
            code: `Provisioning${compute.provisioningState}`,
            message: `The service ended the provisioning as ${compute.provisioningState} and gave no reason.`,
            details: [],
        };
        return provisioningFailed(rest.length === 0 ? error : { ...error, details: [...error.details, ...rest] }, compute);
    }
    const differences = (0,target/* differencesFrom */.Jh)(step.target, compute, ports.workspace);
    if (differences.length === 0)
        return { state: "done", compute };
    const list = differences.map(({ field, from, to }) => `${field} is ${from}, not ${to}`).join("; ");
    return {
        state: "failed",
        because: "target-not-verified",
        compute,
        error: {
            code: "NotAsDeclared",
            message: `The service says that it succeeded, but what it holds is not what was asked: ${list}.`,
            details: [],
        },
    };
}
function provisioningFailed(error, compute) {
    // The compute tells more than the operation where it lists errors of its own.
    const own = compute?.provisioningErrors ?? [];
    const details = own.filter(({ code, message }) => code !== error.code || message !== error.message);
    return {
        state: "failed",
        because: "provisioning-failed",
        error: { ...error, details: [...error.details, ...details] },
        ...(compute === undefined ? {} : { compute }),
    };
}
function failure(azure) {
    const error = azure?.error ?? {
        code: "Unreadable",
        message: "The computes of the workspace could not be read.",
        details: [],
    };
    if (azure?.reason === "cancelled")
        return { state: "in-flight", why: "cancelled" };
    const because = azure?.status === 401 || azure?.status === 403
        ? "not-authorized"
        : azure?.reason === "refused"
            ? "provisioning-failed"
            : "service-unreachable";
    return { state: "failed", because, error };
}
/** After writes the list is read once more: no resource that was written may now be attached under two names. */
async function verifyAttachments(outcomes, ports) {
    const wrote = ({ step, end }) => end.state === "done" && isPending(step) && end.compute?.resourceId !== undefined;
    const written = outcomes.filter(wrote).map(({ step }) => step.target);
    if (written.length === 0 || ports.signal.aborted)
        return outcomes;
    const live = await ports.computes.list();
    if (!live.ok)
        return outcomes;
    const conflicts = new Map((0,plan/* plan */.et)(written, live.value, ports.workspace, { onDrift: "ignore", onConflict: "fail", allowDelete: false })
        .steps.filter((step) => step.do === "refuse" && step.because === "conflict")
        .map((step) => [step.target.name, step.reason]));
    return outcomes.map((outcome) => {
        const reason = wrote(outcome) ? conflicts.get(outcome.step.target.name) : undefined;
        if (reason === undefined)
            return outcome;
        const message = `Somebody attached the same resource at the same time. ${reason}`;
        return {
            ...outcome,
            end: { state: "failed", because: "conflict", error: { code: "AttachedTwice", message, details: [] } },
        };
    });
}

// EXTERNAL MODULE: ./build/attach/target-report.js
var target_report = __webpack_require__(6462);
// EXTERNAL MODULE: ./build/declaration/problem.js
var problem = __webpack_require__(1016);
// EXTERNAL MODULE: ./build/commands/context.js
var commands_context = __webpack_require__(6140);
// EXTERNAL MODULE: ./build/commands/plan.js
var commands_plan = __webpack_require__(3996);
// EXTERNAL MODULE: ./build/commands/session.js
var session = __webpack_require__(6183);
// EXTERNAL MODULE: ./build/commands/validate.js
var validate = __webpack_require__(7541);
;// CONCATENATED MODULE: ./build/commands/apply.js







/** Brings every declared target to its declared state: attached or created exactly once. */
async function apply_apply(context) {
    const declaration = await context.declare();
    const base = (0,validate.checked)(declaration);
    if (declaration.problems.some(problem/* isError */.bJ))
        return base;
    const azure = await (0,session/* connect */.Ng)(context, declaration);
    const applied = await ensureTargets(azure, declaration, context);
    return (0,commands_context/* join */.f)(base, { ...applied.result, workspace: (0,session/* workspaceReport */.WQ)(azure) });
}
/** Plans and carries the plan out. */
async function ensureTargets(azure, declaration, context) {
    const planned = await (0,commands_plan.planAgainst)(azure, declaration, context);
    if (planned.plan === undefined)
        return { result: planned.result, liveNames: new Map() };
    const outcomes = await apply(planned.plan, { ...(0,commands_plan.planOptions)(context), parallel: context.inputs.parallel, wait: context.inputs.wait }, (0,session/* attachPorts */.QZ)(context, azure));
    const summaries = outcomes.map(target_report/* summarizeStep */.C);
    const liveNames = new Map(outcomes.map(({ step, end }) => {
        const compute = "compute" in end ? end.compute : undefined;
        return [step.target.name.toLowerCase(), compute?.name ?? step.target.name];
    }));
    return {
        liveNames,
        result: (0,commands_context/* join */.f)(planned.result, {
            targets: summaries.map(({ report }) => report),
            failures: summaries.flatMap(({ failure }) => failure ?? []),
            leftGoing: summaries.flatMap(({ leftGoing }) => leftGoing ?? []),
        }),
    };
}


/***/ }),

/***/ 3996:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

__webpack_require__.r(__webpack_exports__);
/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   plan: () => (/* binding */ plan),
/* harmony export */   planAgainst: () => (/* binding */ planAgainst),
/* harmony export */   planOptions: () => (/* binding */ planOptions)
/* harmony export */ });
/* harmony import */ var _declaration_problem_js__WEBPACK_IMPORTED_MODULE_6__ = __webpack_require__(1016);
/* harmony import */ var _plan_plan_js__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(1583);
/* harmony import */ var _plan_plan_report_js__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(7866);
/* harmony import */ var _report_log_text_js__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(4493);
/* harmony import */ var _azure_failure_js__WEBPACK_IMPORTED_MODULE_7__ = __webpack_require__(1839);
/* harmony import */ var _context_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(6140);
/* harmony import */ var _session_js__WEBPACK_IMPORTED_MODULE_4__ = __webpack_require__(6183);
/* harmony import */ var _validate_js__WEBPACK_IMPORTED_MODULE_5__ = __webpack_require__(7541);








/** Compares what is declared with the live workspace and reports what `apply` would do. Changes nothing. */
async function plan(context) {
    const declaration = await context.declare();
    const base = (0,_validate_js__WEBPACK_IMPORTED_MODULE_5__.checked)(declaration);
    if (declaration.problems.some(_declaration_problem_js__WEBPACK_IMPORTED_MODULE_6__/* .isError */ .bJ))
        return base;
    const azure = await (0,_session_js__WEBPACK_IMPORTED_MODULE_4__/* .connect */ .Ng)(context, declaration);
    const planned = await planAgainst(azure, declaration, context);
    const result = (0,_context_js__WEBPACK_IMPORTED_MODULE_3__/* .join */ .f)(base, { ...planned.result, workspace: (0,_session_js__WEBPACK_IMPORTED_MODULE_4__/* .workspaceReport */ .WQ)(azure) });
    if (planned.plan === undefined)
        return result;
    const refused = planned.plan.steps.filter((step) => step.do === "refuse");
    const pending = (0,_plan_plan_report_js__WEBPACK_IMPORTED_MODULE_1__/* .planReport */ .sH)(planned.plan).hasChanges;
    return (0,_context_js__WEBPACK_IMPORTED_MODULE_3__/* .join */ .f)(result, {
        failures: [
            ...refused.map((step) => ({
                reason: step.because,
                message: `${step.target.name}: ${step.reason}`,
            })),
            ...(context.inputs.expectNoChanges && pending
                ? [
                    {
                        reason: "changes-pending",
                        message: "expect-no-changes is true, and the workspace is not as declared. Run apply, or change the declaration.",
                    },
                ]
                : []),
        ],
    });
}
/** One list of the workspace's computes, compared with the declaration. */
async function planAgainst(azure, declaration, context) {
    const live = await azure.computes.list();
    if (!live.ok)
        return { result: { failures: [(0,_azure_failure_js__WEBPACK_IMPORTED_MODULE_7__/* .failureOf */ .g)(live.failure, "The computes of the workspace could not be listed")] } };
    const planned = (0,_plan_plan_js__WEBPACK_IMPORTED_MODULE_0__/* .plan */ .et)(declaration.targets, live.value, azure.workspace, planOptions(context));
    const report = (0,_plan_plan_report_js__WEBPACK_IMPORTED_MODULE_1__/* .planReport */ .sH)(planned);
    context.log.group("Plan", (0,_report_log_text_js__WEBPACK_IMPORTED_MODULE_2__/* .planLines */ .HN)(report));
    return { plan: planned, result: { plan: report, failures: [] } };
}
function planOptions({ inputs }) {
    return { onDrift: inputs.onDrift, onConflict: inputs.onConflict, allowDelete: inputs.allowDelete };
}


/***/ }),

/***/ 3018:
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
;// CONCATENATED MODULE: ./build/job/states.js
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
    const { phase, spent } = classify(last.status);
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

// EXTERNAL MODULE: ./build/commands/apply.js + 2 modules
var apply = __webpack_require__(1560);
// EXTERNAL MODULE: ./build/commands/azure-failure.js
var azure_failure = __webpack_require__(1839);
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
var declaration_files = __webpack_require__(9120);
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
    const escaping = wanted.find((path) => (0,declaration_files/* isOutside */._)((0,external_node_path_.resolve)(folder), (0,external_node_path_.resolve)(folder, path)));
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
        const { phase } = classify(last.status);
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
    if (details.ok && classify(details.value.status).phase !== "over")
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
    if (!inputs.wait && classify(started.job.status).phase !== "over") {
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
    const state = classify(followed.status);
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
    const conclusion = followed.end === "over" ? classify(followed.status).conclusion : "in-progress";
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

// EXTERNAL MODULE: ./node_modules/yaml/dist/index.js
var dist = __webpack_require__(8815);
// EXTERNAL MODULE: ./build/job/wire-parts.js
var wire_parts = __webpack_require__(4116);
;// CONCATENATED MODULE: ./build/job/environment.js



/** The official client's name for environments that have none. */
const anonymousName = "CliV2AnonymousEnvironment";
/** An environment without a name is one version of a shared anonymous one, told by its content: putting it again changes nothing. */
function environmentVersion(environment) {
    const anonymous = environment.name === undefined;
    const condaFile = environment.conda === undefined ? undefined : condaText(environment.conda);
    const content = {
        image: environment.image,
        condaFile,
        osType: environment.osType,
        inferenceConfig: environment.inferenceConfig,
    };
    const hash = (0,external_node_crypto_.createHash)("sha256").update(JSON.stringify(content)).digest("hex");
    return {
        name: environment.name ?? anonymousName,
        version: anonymous ? hash : (environment.version ?? hash.slice(0, 16)),
        body: {
            properties: (0,wire_parts/* withoutUndefined */.r$)({
                ...content,
                description: environment.description,
                tags: orUndefined(environment.tags),
                properties: orUndefined(environment.properties),
                isAnonymous: anonymous,
                isArchived: false,
            }),
        },
    };
}
function orUndefined(members) {
    return Object.keys(members).length === 0 ? undefined : members;
}
/** The conda specification as PyYAML dumps it: keys sorted, lists not indented below their key, long lines kept. */
function condaText(specification) {
    return (0,dist/* stringify */.As)(specification, {
        version: "1.1",
        sortMapEntries: true,
        indentSeq: false,
        lineWidth: 0,
        singleQuote: true,
        aliasDuplicateObjects: false,
    });
}

// EXTERNAL MODULE: external "node:fs"
var external_node_fs_ = __webpack_require__(3024);
// EXTERNAL MODULE: external "node:fs/promises"
var promises_ = __webpack_require__(1455);
// EXTERNAL MODULE: ./node_modules/ignore/index.js
var ignore = __webpack_require__(298);
;// CONCATENATED MODULE: ./build/job/snapshot.js






/** A code folder that cannot be taken as it is. */
class SnapshotRefused extends Error {
    constructor(message) {
        super(message);
        this.name = "SnapshotRefused";
    }
}
/** More than this is data and not code. Our choice; the service's own limit for code is far above. */
const mostBytes = 2 * 1024 ** 3;
/** Left out whatever the ignore file says: they are no code, and `.git` alone may be larger than everything else. */
const neverCode = [".git/", ".amlignore.lock"];
/**
 * Takes the files of a folder (or a single file), minus what `.amlignore` names, or `.gitignore` where there is none.
 * Only the file in the folder itself counts, as with the official client. Links are followed inside the folder and
 * refused where they lead out of it.
 */
async function takeSnapshot(path) {
    const info = await (0,promises_.stat)(path);
    const files = info.isFile()
        ? [{ name: (0,external_node_path_.basename)(path), path, bytes: info.size }]
        : await walk(path, await (0,promises_.realpath)(path), await ignoreRules(path));
    if (files.length === 0)
        throw new SnapshotRefused(`The code folder ${(0,external_node_path_.basename)(path)} has no file that is not ignored.`);
    const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
    if (bytes > mostBytes) {
        const largest = [...files].sort((a, b) => b.bytes - a.bytes).slice(0, 5);
        throw new SnapshotRefused(`The code folder ${(0,external_node_path_.basename)(path)} has ${bytes} bytes, more than the ${mostBytes} that are taken as code. The largest files are ` +
            `${largest.map(({ name, bytes: size }) => `${name} (${size})`).join(", ")}. Name what is no code in .amlignore.`);
    }
    return { folder: (0,external_node_path_.basename)(path), files, bytes, hash: await contentHash(files) };
}
async function ignoreRules(folder) {
    const rules = ignore().add(neverCode);
    for (const name of [".amlignore", ".gitignore"]) {
        const text = await (0,promises_.readFile)((0,external_node_path_.join)(folder, name), "utf8").catch(() => undefined);
        if (text !== undefined)
            return rules.add(text);
    }
    return rules;
}
async function walk(root, realRoot, rules) {
    const files = [];
    const visit = async (folder, way) => {
        const entries = await (0,promises_.readdir)(folder, { withFileTypes: true });
        for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
            const path = (0,external_node_path_.join)(folder, entry.name);
            const name = (0,external_node_path_.relative)(root, path).split(external_node_path_.sep).join("/");
            if (rules.ignores(name) || rules.ignores(`${name}/`))
                continue;
            const real = await (0,promises_.realpath)(path).catch(() => undefined);
            if (real === undefined) {
                throw new SnapshotRefused(`${name} is a link that leads nowhere. Remove it, or name it in .amlignore.`);
            }
            if ((0,declaration_files/* isOutside */._)(realRoot, real)) {
                throw new SnapshotRefused(`${name} is a link that leads out of the code folder. Copy what it leads to into the folder, or name it in .amlignore.`);
            }
            const info = await (0,promises_.stat)(path);
            // A link to a folder that is being walked would never end.
            if (info.isDirectory() && !way.has(real))
                await visit(path, new Set([...way, real]));
            if (info.isFile())
                files.push({ name, path, bytes: info.size });
        }
    };
    await visit(root, new Set([realRoot]));
    return files;
}
/**
 * SHA-256 over the number of files, then name and size of each, then all contents; in the order of the lower-cased
 * names. The service finds code by it, so that what it has is not uploaded again.
 */
async function contentHash(files) {
    const hash = (0,external_node_crypto_.createHash)("sha256");
    const key = ({ name }) => name.toLowerCase();
    const sorted = [...files].sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0));
    hash.update(String(sorted.length));
    for (const { name, bytes } of sorted)
        hash.update(`#${name}#${bytes}`);
    for (const { path } of sorted) {
        for await (const chunk of (0,external_node_fs_.createReadStream)(path))
            hash.update(chunk);
    }
    return hash.digest("hex");
}

;// CONCATENATED MODULE: ./build/job/dependencies.js




/** The official client's hash version. */
const hashVersion = 202208;
/** A GUID made of the content, so that a registration whose reply was lost is repeated on itself. */
function contentGuid(hash) {
    const digest = (0,external_node_crypto_.createHash)("sha256").update(hash).digest("hex");
    return [
        digest.slice(0, 8),
        digest.slice(8, 12),
        `4${digest.slice(13, 16)}`,
        `8${digest.slice(17, 20)}`,
        digest.slice(20, 32),
    ].join("-");
}
/** The id of the job's code: what the service has is found by its content, the rest is uploaded and registered. */
async function ensureCode(snapshot, ports) {
    const { assets, blobs } = ports;
    const name = contentGuid(snapshot.hash);
    const found = await assets.findCode(name, snapshot.hash);
    if (!found.ok)
        return found;
    if (found.value !== undefined) {
        ports.onProgress(`The workspace has this code already (${snapshot.files.length} files); nothing is uploaded.`);
        return (0,outcome/* succeeded */.P)(found.value);
    }
    ports.onProgress(`Uploading ${snapshot.files.length} files of code, ${snapshot.bytes} bytes.`);
    const place = await assets.startCodeUpload(name, "1");
    if (!place.ok)
        return place;
    const files = snapshot.files.map(({ name: file, path }) => ({ name: `${snapshot.folder}/${file}`, path }));
    const uploaded = await blobs.upload(place.value.sasUri, files, ports.signal);
    if (!uploaded.ok)
        return uploaded;
    // The official client marks the first file so that it can tell whole uploads from broken ones.
    const marked = await blobs.setMetadata(place.value.sasUri, files[0]?.name ?? "", {
        name,
        version: "1",
        upload_status: "completed",
    });
    if (!marked.ok)
        return marked;
    return assets.putCode(name, "1", {
        properties: {
            codeUri: `${place.value.blobUri}/${snapshot.folder}`,
            isAnonymous: true,
            properties: { hash_sha256: snapshot.hash, hash_version: hashVersion },
        },
    });
}
/** The id of a code reference or of the snapshot of a local folder. */
async function resolveCode(code, snapshot, ports) {
    if (code.from === "reference") {
        return /^(git\+|https?:)/i.test(code.id) ? (0,outcome/* succeeded */.P)(code.id) : assetId(code.id, "codes", ports);
    }
    return ensureCode(snapshot ?? (await takeSnapshot(code.folder)), ports);
}
/** The id of the environment: of the one referred to, or of the version that an inline one becomes. */
async function ensureEnvironment(environment, ports) {
    if (environment.from === "reference")
        return assetId(environment.id, "environments", ports);
    const { name, version, body } = environmentVersion(environment);
    return ports.assets.putEnvironment(name, version, body);
}
/** Ids in place of the `azureml:` references of the inputs. */
async function resolveInputs(job, ports) {
    const uris = {};
    for (const [name, input] of Object.entries(job.inputs)) {
        if (input.kind === "literal")
            continue;
        const kind = input.type.endsWith("_model") ? "models" : "data";
        const id = await assetId(input.path, kind, ports);
        if (!id.ok)
            return id;
        uris[name] = id.value;
    }
    return (0,outcome/* succeeded */.P)(uris);
}
/**
 * The ARM id of `azureml:NAME:VERSION` or `azureml:NAME@latest`. Everything else (full ids, registries, datastores,
 * addresses) goes through as it is; so do curated environments of the form `azureml:AzureML-…@latest`, which the
 * service resolves by itself.
 */
async function assetId(reference, kind, { assets, workspaceId }) {
    const body = /^azureml:(?!\/\/)(.+)$/i.exec(reference)?.[1];
    if (body === undefined)
        return (0,outcome/* succeeded */.P)(reference);
    if (body.startsWith("/"))
        return (0,outcome/* succeeded */.P)(body);
    if (kind === "environments" && /^azureml-/i.test(body))
        return (0,outcome/* succeeded */.P)(reference);
    const [, labelled, label] = /^([^:@]+)@(.+)$/.exec(body) ?? [];
    if (labelled !== undefined && label !== undefined && kind !== "codes") {
        const latest = await assets.latestVersion(kind, labelled);
        if (!latest.ok)
            return latest;
        if (latest.value !== undefined)
            return (0,outcome/* succeeded */.P)(`${workspaceId}/${kind}/${labelled}/versions/${latest.value}`);
        return notFound(reference, kind);
    }
    const [, name, version] = /^([^:]+):(.+)$/.exec(body) ?? [];
    if (name !== undefined && version !== undefined)
        return (0,outcome/* succeeded */.P)(`${workspaceId}/${kind}/${name}/versions/${version}`);
    return notFound(reference, kind);
}
function notFound(reference, kind) {
    return (0,outcome/* failed */.g)({
        reason: "not-found",
        error: {
            code: "AssetNotFound",
            message: `The workspace has nothing that ${JSON.stringify(reference)} refers to among its ${kind}. Write azureml:NAME:VERSION or azureml:NAME@latest of one that exists.`,
            details: [],
        },
    });
}

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
;// CONCATENATED MODULE: ./build/job/request.js


/** Body of `PUT …/jobs/{name}`, member for member what the official client sends for the same declaration. */
function jobRequest(job, resolved) {
    return {
        properties: (0,wire_parts/* withoutUndefined */.r$)({
            jobType: "Command",
            displayName: job.displayName ?? resolved.runName,
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
            limits: job.timeoutSeconds === undefined
                ? undefined
                : { jobLimitsType: "Command", timeout: (0,duration/* toIsoDuration */.f)(job.timeoutSeconds) },
            services: job.services,
            identity: job.identity,
            queueSettings: job.queueSettings,
            tags: { ...job.tags, ...resolved.provenance.tags },
            properties: { ...job.properties, ...resolved.provenance.properties },
            isArchived: false,
        }),
    };
}
function computeId(workspaceId, compute) {
    return compute.startsWith("/") ? compute : `${workspaceId}/computes/${compute}`;
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
        description: output.description,
    });
}
function mapValues(members, map) {
    return Object.fromEntries(Object.entries(members).map(([name, value]) => [name, map(value, name)]));
}
/** Variables whose values stand in the declaration; references are left out, so that a secret is no part of a name or hash. */
function plainVariables(variables) {
    return Object.fromEntries(Object.entries(variables).flatMap(([name, value]) => (typeof value === "object" ? [] : [[name, value]])));
}

;// CONCATENATED MODULE: ./build/commands/submit-run.js












/** Submits the run under a name that is derived from the commit and the definition. */
async function submitRun(job, context, { azure, liveNames }) {
    const { github, inputs } = context;
    let snapshot;
    try {
        snapshot = job.code?.from === "local" ? await takeSnapshot(job.code.folder) : undefined;
    }
    catch (error) {
        if (!(error instanceof SnapshotRefused))
            throw error;
        return (0,outcome/* failed */.g)({ reason: "refused", error: { code: "SnapshotRefused", message: error.message, details: [] } });
    }
    const compute = job.compute === undefined ? undefined : (liveNames.get(job.compute.toLowerCase()) ?? job.compute);
    const definition = definitionOf(job, snapshot, azure.workspace.id, compute);
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
        workspaceId: azure.workspace.id,
        signal: context.signal,
        onProgress: (message) => context.log.info(message),
    };
    return submitOnce({
        name,
        rerun: inputs.rerun,
        workflowAttempt: attemptOfWorkflow,
        bodyFor: (attempt) => assemble(job, attempt, { snapshot, compute, definition, workflowAttempt: attemptOfWorkflow }, context, azure, ports),
    }, {
        jobs: azure.jobs,
        clock: context.clock,
        signal: context.signal,
        beforeSubmit: (attempt) => context.state.runStarting({ name: attempt, workspace: azure.workspace }),
    });
}
/** What makes two runs the same: everything that is asked of the service, and nothing of when and by whom. */
function definitionOf(job, snapshot, workspaceId, compute) {
    const environment = job.environment.from === "reference" ? job.environment.id : environmentVersion(job.environment);
    return jobRequest(job, {
        workspaceId,
        runName: "",
        fallbackExperiment: "",
        environmentId: JSON.stringify(environment),
        ...(job.code === undefined ? {} : { codeId: job.code.from === "reference" ? job.code.id : (snapshot?.hash ?? "") }),
        ...(compute === undefined ? {} : { compute }),
        inputUris: {},
        environmentVariables: plainVariables(job.environmentVariables),
        provenance: { properties: {}, tags: {} },
    });
}
/** Brings about what the run depends on, and makes the request of it. */
async function assemble(job, name, { snapshot, compute, definition, workflowAttempt }, context, azure, ports) {
    const [code, environment, inputs, variables] = await Promise.all([
        job.code === undefined ? (0,outcome/* succeeded */.P)(undefined) : resolveCode(job.code, snapshot, ports),
        ensureEnvironment(job.environment, ports),
        resolveInputs(job, ports),
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
    const limit = job.timeoutSeconds === undefined
        ? signal
        : AbortSignal.any([signal, AbortSignal.timeout(job.timeoutSeconds * 1000)]);
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
    const { files } = await takeSnapshot(job.code.folder);
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
        throw new NotRunnableHere(`The input ${JSON.stringify(name)} is data in Azure (${input?.kind === "data" ? input.path : ""}), which a run on this machine does not fetch.`);
    });
}
/** @returns the folder of executables to put first on the path; `undefined` where the job needs no Python packages. */
async function environmentPath(job, ports, onLine) {
    if (job.environment.from === "reference") {
        onLine(`The environment ${job.environment.id} is kept in Azure; the run uses what is installed on this machine.`);
        return undefined;
    }
    if (job.environment.conda === undefined) {
        onLine(`The image ${job.environment.image} is not used on this machine; the run uses what is installed here.`);
        return undefined;
    }
    const { requirements, python: wanted, notByPip } = planPip(job.environment.conda);
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
    const definition = { command: job.command, environment: job.environment, inputs: job.inputs };
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
        const state = classify(ran.status);
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
        if (error instanceof NotRunnableHere || error instanceof SnapshotRefused || error instanceof EnvironmentFailed) {
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
    const result = (0,commands_context/* join */.f)(base, { ...ensured.result, workspace: (0,session/* workspaceReport */.WQ)(azure) });
    if (result.failures.length > 0)
        return result;
    return (0,commands_context/* join */.f)(result, await trainDeclared(declaration, context, { azure, liveNames: ensured.liveNames }));
}
/** True unless everything that is declared happens on the runner. */
function needsWorkspace({ run, targets }) {
    const onRunner = run === undefined || isLocal(run, targets);
    return !onRunner || targets.some(({ type }) => type !== "local");
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
    const environment = job.environment.from === "reference" ? job.environment.id : (job.environment.name ?? job.environment.image);
    const ours = !reused || isOurs(live, context);
    return followToReport({ ...submitted.value, compute, environment, ours }, declaration, context, azure);
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


/***/ })

};
