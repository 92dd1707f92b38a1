export const id = 898;
export const ids = [898];
export const modules = {

/***/ 898:
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
// EXTERNAL MODULE: ./build/compute/target.js + 11 modules
var compute_target = __webpack_require__(9967);
// EXTERNAL MODULE: ./build/plan/plan.js
var plan = __webpack_require__(1583);
// EXTERNAL MODULE: ./build/attach/end.js
var attach_end = __webpack_require__(4977);
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

// EXTERNAL MODULE: ./build/azure/resource-id.js
var resource_id = __webpack_require__(8126);
// EXTERNAL MODULE: ./build/azure/workspace.js
var azure_workspace = __webpack_require__(3281);
;// CONCATENATED MODULE: ./build/attach/group.js



/**
 * What a step touches: the names of computes and the resources behind them. Whoever writes holds a lease for each, so
 * that neither one resource under two names nor two resources under one name can be written at a time.
 */
function keysOf(step, workspace) {
    const nameKey = (name) => (0,resource_id/* canonicalId */.i)(`${(0,azure_workspace/* workspaceId */.R)(workspace)}/computes/${name}`);
    const resource = (0,compute_target/* resourceIdOf */.PF)(step.target);
    const live = [
        ...("remove" in step ? step.remove : []),
        ...("live" in step && step.live !== undefined ? [step.live] : []),
        ...("afterRemovalOf" in step ? step.afterRemovalOf : []),
    ];
    return [
        ...new Set([
            ...(resource === undefined ? [] : [(0,resource_id/* canonicalId */.i)(resource)]),
            nameKey(step.target.name),
            ...live.flatMap(({ name, resourceId }) => [
                nameKey(name),
                ...(resourceId === undefined ? [] : [(0,resource_id/* canonicalId */.i)(resourceId)]),
            ]),
        ]),
    ];
}
/** The key under which a step's intent is noted: the first one, the resource where there is one. */
function primaryKeyOf(step, workspace) {
    return keysOf(step, workspace)[0] ?? "";
}
/** Steps that touch something in common are one piece of work: two targets that swap their machines, say. */
function groupsOf(steps, workspace) {
    const groupByKey = new Map();
    for (const step of steps) {
        const keys = keysOf(step, workspace);
        const merged = new Set([step]);
        for (const key of keys)
            for (const other of groupByKey.get(key) ?? [])
                merged.add(other);
        for (const member of merged)
            for (const key of keysOf(member, workspace))
                groupByKey.set(key, merged);
    }
    return [...new Set(groupByKey.values())].map((group) => steps.filter((step) => group.has(step)));
}

// EXTERNAL MODULE: ./build/attach/in-use.js
var in_use = __webpack_require__(7491);
// EXTERNAL MODULE: ./build/attach/intent.js
var attach_intent = __webpack_require__(2196);
// EXTERNAL MODULE: ./build/attach/lease.js
var lease = __webpack_require__(7462);
// EXTERNAL MODULE: ./build/attach/remove.js
var remove = __webpack_require__(6722);
// EXTERNAL MODULE: ./build/attach/settle.js
var settle = __webpack_require__(4401);
;// CONCATENATED MODULE: ./build/attach/shared-read.js
/**
 * A read that callers share without ever being handed an answer from before their call: who asks while one is under way
 * gets the next one, together with everybody else who asks meanwhile.
 */
function sharedRead(read) {
    let running;
    let next;
    const start = () => {
        next = undefined;
        const started = read();
        running = started;
        const done = () => {
            if (running === started)
                running = undefined;
        };
        started.then(done, done);
        return started;
    };
    return () => {
        if (running === undefined)
            return start();
        next ??= running.then(start, start);
        return next;
    };
}

;// CONCATENATED MODULE: ./build/attach/verify.js




/** How often it is looked whether the other attachment has been withdrawn, and the seconds between two looks. Our choice. */
const looks = 12;
const secondsBetween = 2.5;
/**
 * After a write the list is read once more: the resource may not be attached under another name as well. Where somebody
 * else attached it at the same moment, one rule that both sides can see decides: the attachment that was made first
 * stays. Who made the other withdraws it, and who made the first attaches anew, because the second has broken it.
 *
 * @param reattach detaches our own attachment, attaches it again, and verifies it by a read.
 */
async function verifyAttachment(target, end, ports, reattach) {
    if (end.state !== "done" || end.compute?.resourceId === undefined || ports.signal.aborted)
        return end;
    const first = await look(target, ports);
    if (!first.ok) {
        return (0,attach_end/* failedWith */.Mf)("service-unreachable", "NotVerified", `'${target.name}' was attached, and whether it is the only attachment of its resource could not be read: ${first.failure.error.message}. Run the command again.`, end.compute);
    }
    const { own, others } = first.value;
    if (others.length === 0)
        return end;
    const [oldest] = [...others, ...(own === undefined ? [] : [own])].sort(byAge);
    const names = others.map(({ name }) => `'${name}'`).join(", ");
    if (own === undefined || oldest !== own)
        return withdraw(target, own, names, oldest?.name ?? "", ports);
    ports.onProgress(target.name, `its resource was attached at the same time as ${names}; waits for that to be withdrawn`);
    for (let count = 0; count < looks; count += 1) {
        try {
            await ports.clock.sleep(secondsBetween, ports.signal);
        }
        catch {
            return { state: "in-flight", why: "cancelled", compute: own };
        }
        const again = await look(target, ports);
        if (again.ok && again.value.others.length === 0) {
            ports.onProgress(target.name, "the other attachment was withdrawn; attaches anew, because it was broken by it");
            return reattach(own);
        }
    }
    return (0,attach_end/* failedWith */.Mf)("conflict", "AttachedTwice", `Its resource was attached as ${names} at the same time, which breaks this attachment, and nobody withdrew that one. ` +
        `To repair it, detach the other and attach this one anew: command: apply with on-conflict: replace and on-drift: reattach.`, own);
}
async function look(target, ports) {
    const live = await ports.list();
    if (!live.ok)
        return live;
    const isOwn = ({ name }) => name.toLowerCase() === target.name.toLowerCase();
    const own = live.value.find(isOwn);
    return {
        ok: true,
        value: {
            ...(own === undefined ? {} : { own }),
            others: live.value.filter((compute) => !isOwn(compute) && !(0,plan/* isLeaving */.Xi)(compute) && (0,compute_target/* isHeldBy */.D0)(target, compute)),
        },
    };
}
/** The service's own time of creation, which every reader sees alike; the name where that is equal or missing. */
function byAge(a, b) {
    const [whenA, whenB] = [Date.parse(a.createdOn ?? ""), Date.parse(b.createdOn ?? "")];
    const age = Number.isNaN(whenA) || Number.isNaN(whenB) ? 0 : whenA - whenB;
    if (age !== 0)
        return age;
    const [nameA, nameB] = [a.name.toLowerCase(), b.name.toLowerCase()];
    return nameA < nameB ? -1 : nameA > nameB ? 1 : 0;
}
async function withdraw(target, own, names, survivor, ports) {
    const removal = own === undefined ? { state: "gone" } : await (0,remove/* removeAndWait */.r)(own, ports);
    const what = removal.state === "gone"
        ? "it was made later and has been withdrawn"
        : "it was made later and could not be withdrawn";
    return (0,attach_end/* failedWith */.Mf)("conflict", "AttachedTwice", `Its resource was attached as ${names} at the same time; of the two, ${what}. '${survivor}' was broken by it: ` +
        `if its own workflow does not repair it, run command: apply with on-drift: reattach where '${survivor}' is declared. ` +
        "Declare the resource under one name.", removal.state === "gone" ? undefined : own);
}

;// CONCATENATED MODULE: ./build/attach/write.js




/** How often a write is sent again after reads have shown that it never took effect. */
const mostSends = 3;
/**
 * Sends the write of a step, finds out what became of it, reads back what stands there, and compares.
 *
 * @throws SecretUnavailable
 */
async function putUntilSettled(step, options, ports) {
    const update = step.do === "update" ? (0,compute_target/* toUpdate */.Xn)(step.target, step.differences) : undefined;
    const body = update?.body ?? (await (0,compute_target/* toRequest */.d_)(step.target, ports.workspace, ports.resolveSecret));
    const { name } = step.target;
    const { correlationId } = options;
    const version = (0,compute_target/* apiVersionOf */.uO)(step.target);
    for (let send = 1; send <= mostSends; send += 1) {
        if (ports.signal.aborted)
            return { state: "in-flight", why: "cancelled" };
        if (!options.isHeld())
            return attach_end/* leaseLost */.XM;
        ports.onProgress(name, step.do === "update" ? "updating" : (0,compute_target/* originOf */.yv)(step.target) === "managed" ? "creating" : "attaching");
        const answer = update === undefined
            ? await ports.computes.put(name, body, { correlationId, ...(version === undefined ? {} : { version }) })
            : update.method === "PATCH"
                ? await ports.computes.patch(name, body, { correlationId })
                : await ports.computes.act(name, update.action, body);
        if (answer.ok && !options.wait && (0,compute_target/* originOf */.yv)(step.target) === "managed") {
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
        const end = conclude(step, sure, ports);
        // An update whose reply was lost, or that another operation turned away, and that left no trace: it may be sent again.
        const untouched = !answer.ok && step.do === "update" && end?.state === "failed" && end.because === "target-not-verified";
        if (end !== undefined && !untouched)
            return end;
    }
    return (0,attach_end/* failedWith */.Mf)("target-not-verified", "NotCarriedOut", `'${name}' is not as declared after ${mostSends} requests to bring it about, each read back before the next.`);
}
async function afterRefusal(name, refused, ports) {
    if (refused.reason === "unknown")
        return (0,settle/* settleUnknown */.wZ)(name, ports);
    if (refused.reason === "cancelled")
        return { state: "in-flight", why: "cancelled" };
    // 409: an operation is in flight, our own lost one or somebody else's. Its end is what counts. 412 likewise.
    if (refused.reason === "refused" && (refused.status === 409 || refused.status === 412)) {
        const settled = await (0,settle/* settle */.G9)(name, ports);
        return settled.state === "absent" ? { state: "unreadable", failure: refused } : settled;
    }
    return { state: "unreadable", failure: refused };
}
/** @returns `undefined` when the compute is certainly absent: the write never took effect and may be sent again. */
function conclude(step, settled, ports) {
    switch (settled.state) {
        case "absent":
            return undefined;
        case "in-flight":
        case "unreadable":
            return (0,attach_end/* earlyEnd */.xQ)(settled);
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
    const differences = (0,compute_target/* differencesFrom */.Jh)(step.target, compute, ports.workspace);
    if (differences.length === 0)
        return { state: "done", compute };
    const list = differences.map(({ field, from, to }) => `${field} is ${from}, not ${to}`).join("; ");
    return (0,attach_end/* failedWith */.Mf)("target-not-verified", "NotAsDeclared", `The service says that it succeeded, but what it holds is not what was asked: ${list}.`, compute);
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
/** False where what was written may still come about: then the intent stays for whoever comes next. */
function endIsKnown(end) {
    if (end.state === "in-flight")
        return false;
    return (end.state !== "failed" || !["service-unreachable", "authentication-failed", "internal-error"].includes(end.because));
}

;// CONCATENATED MODULE: ./build/attach/apply.js














/**
 * Carries a plan out: every declared target is attached or created exactly once.
 *
 * Steps that touch something in common are one piece of work. Each piece is done under the leases of everything it
 * touches: what is live is read again, so a step that has become a no-op is skipped and one that would now be graver
 * than planned is not taken; what has to go is removed; what is about to be written is noted down; then it is written,
 * read back, and verified by a list. No write is repeated blindly: after an unknown outcome the compute is read until it
 * is settled. A plan without writes costs no request.
 */
async function apply(planned, options, ports) {
    const startedAt = ports.clock.now();
    const elapsed = () => (ports.clock.now() - startedAt) / 1000;
    const limit = (0,p_limit/* default */.A)(options.parallel);
    const work = { options, elapsed, ports: { ...ports, list: sharedRead(ports.computes.list) } };
    const pieces = groupsOf(planned.steps.filter(isPending), ports.workspace);
    const done = await Promise.all(pieces.map((piece) => limit(() => carryOut(piece, work))));
    const outcomes = new Map(done.flat().map((outcome) => [outcome.step.target.name, outcome]));
    return planned.steps.map((step) => outcomes.get(step.target.name) ?? { step, end: endWithoutWrite(step), seconds: 0 });
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
/** How often the leases are taken anew because what is live touches more than was thought. */
const mostWidenings = 3;
async function carryOut(piece, work) {
    const { ports, elapsed } = work;
    const all = (end) => piece.map((step) => ({ step, end, seconds: elapsed() }));
    let keys = piece.flatMap((step) => keysOf(step, ports.workspace));
    try {
        for (let attempt = 0; attempt <= mostWidenings; attempt += 1) {
            const came = await (0,lease/* withLeases */.S)(keys, {
                ...ports,
                onProgress: (message) => ports.onProgress(piece.map(({ target }) => target.name).join(", "), message),
            }, (held) => underLeases(piece, held, work));
            if ("outcomes" in came)
                return came.outcomes;
            if ("state" in came)
                return all((0,attach_end/* endOfLease */.fS)(came));
            keys = [...keys, ...came.widenBy];
        }
    }
    catch (error) {
        // One piece's accident must not hide what came of the others.
        return all((0,attach_end/* accident */.yo)(error));
    }
    return all((0,attach_end/* failedWith */.Mf)("drift", "WorkspaceChanged", "The workspace changes while it is worked on. Run the command again."));
}
/** How often what is live is looked at anew because an operation of somebody else's had to be waited for. */
const mostRounds = 5;
async function underLeases(piece, held, work) {
    const { ports, options, elapsed } = work;
    const ended = new Map();
    const close = (planned, step, end) => ended.set(planned.target.name, { step, end, seconds: elapsed(), guarantee: held.guarantee });
    const left = () => piece.filter(({ target }) => !ended.has(target.name));
    const outcomes = () => ({
        outcomes: piece.map((step) => ended.get(step.target.name) ?? { step, end: { state: "refused" }, seconds: elapsed() }),
    });
    /** Targets whose old attachment is gone: what is left of their step is the attachment. */
    const removed = new Set();
    const known = await resolveIntents(held, ports);
    if ("state" in known) {
        for (const step of piece)
            close(step, step, known);
        return outcomes();
    }
    for (let round = 0; round < mostRounds && left().length > 0; round += 1) {
        const live = await ports.list();
        if (!live.ok) {
            for (const step of left())
                close(step, step, (0,attach_end/* endOfFailure */.T2)(live.failure));
            break;
        }
        const targets = left().map(({ target }) => target);
        const decided = (0,plan/* plan */.et)(targets, withMissing(live.value, known), ports.workspace, options).steps;
        const more = decided.flatMap((step) => keysOf(step, ports.workspace)).filter((key) => !held.keys.includes(key));
        if (more.length > 0 && decided.some(isPending))
            return { widenBy: more };
        let looked = false;
        for (const [index, planned] of left().entries()) {
            const step = decided[index];
            if (step === undefined)
                continue;
            if (!isPending(step))
                close(planned, step, endWithoutWrite(step));
            else if (!isAllowed(step, planned, options) && !(removed.has(step.target.name) && isBeginning(step)))
                close(planned, planned, changed(step, planned, options));
            else if (step.do === "wait") {
                const end = (0,attach_end/* earlyEnd */.xQ)(await (0,settle/* settle */.G9)(step.live.name, ports));
                if (end !== undefined)
                    close(planned, step, end);
                looked = true;
            }
        }
        // What was waited for is decided by what it left; so is what was in the way of that.
        if (looked)
            continue;
        const pairs = left().flatMap((planned) => {
            const step = decided.find(({ target }) => target === planned.target);
            return step === undefined ? [] : [{ planned, step }];
        });
        const cleared = await Promise.all(pairs.map(async ({ planned, step }) => ({ planned, step, end: await clearTheWay(step, held, work) })));
        for (const { planned, step, end } of cleared)
            if (end !== undefined)
                close(planned, step, end);
        const removals = cleared.filter(({ step, end }) => end === undefined && "remove" in step);
        for (const { step } of removals)
            removed.add(step.target.name);
        if (removals.length > 0)
            continue;
        await Promise.all(cleared
            .filter(({ end }) => end === undefined)
            .map(async ({ planned, step }) => close(planned, reported(step, planned), await write(step, held, work))));
    }
    for (const step of left())
        close(step, step, (0,attach_end/* failedWith */.Mf)("drift", "WorkspaceChanged", "The workspace changes while it is worked on. Run the command again."));
    await forget(held, [...ended.values()], ports);
    return outcomes();
}
function isBeginning({ do: action }) {
    return action === "attach" || action === "create";
}
/** Once the removal of a re-attachment is done, what is left to do is an attachment; it is reported as what was planned. */
function reported(step, planned) {
    return "remove" in planned && step.do !== "update" ? planned : step;
}
/** Reads the names that earlier holders noted, until nothing is in flight on them. @returns what stands under them. */
async function resolveIntents(held, ports) {
    const found = [];
    for (const { name, at, run } of held.found) {
        ports.onProgress(name, `another run${run === undefined ? "" : ` (${run})`} began to write it at ${at} and did not say what came of it; reads it first`);
        const settled = await (0,settle/* settle */.G9)(name, ports);
        const end = (0,attach_end/* earlyEnd */.xQ)(settled);
        if (end !== undefined)
            return end;
        if (settled.state === "present")
            found.push(settled.compute);
    }
    return found;
}
/** A list may lag behind a write that a read shows already. */
function withMissing(live, read) {
    const names = new Set(live.map(({ name }) => name.toLowerCase()));
    return [...live, ...read.filter(({ name }) => !names.has(name.toLowerCase()))];
}
/** `decided` on the live state of now; `planned` bounds what it may be. */
function isAllowed(decided, planned, { exactly }) {
    return exactly ? decided.do === planned.do || decided.do === "wait" : isNoGraverThan(decided, planned);
}
function changed(decided, planned, { exactly }) {
    return (0,attach_end/* failedWith */.Mf)(exactly ? "plan-outdated" : "drift", "WorkspaceChanged", `The workspace changed after the plan was made: this target now needs '${decided.do}' (${decided.reason}), ` +
        `the plan said '${planned.do}'. ${exactly ? "Make a new plan." : "Run the command again."}`);
}
/** Removes what has to go, and waits for what is going. @returns why the step ends here, or `undefined` to go on. */
async function clearTheWay(step, held, { ports, options }) {
    switch (step.do) {
        case "attach":
        case "create":
            for (const leaving of step.afterRemovalOf) {
                const end = (0,attach_end/* earlyEnd */.xQ)(await (0,settle/* settle */.G9)(leaving.name, ports));
                if (end !== undefined)
                    return end;
            }
            return undefined;
        case "reattach":
        case "recreate":
        case "replace": {
            // Before anything is removed: what the attachment after it will need must be there, and nobody may need what goes.
            await Promise.all((0,compute_target/* secretsOf */.Fj)(step.target).map((reference) => ports.resolveSecret(reference)));
            for (const compute of step.remove) {
                const users = options.force ? undefined : await (0,in_use/* inUse */.L)(compute, ports);
                if (users !== undefined)
                    return users;
                if (!held.isHeld())
                    return attach_end/* leaseLost */.XM;
                const removal = await (0,remove/* removeAndWait */.r)(compute, ports);
                if (removal.state === "in-flight")
                    return { state: "in-flight", why: removal.why };
                if (removal.state === "failed")
                    return { state: "failed", because: "provisioning-failed", error: removal.error };
            }
            return undefined;
        }
        case "wait":
        case "keep":
        case "adopt":
        case "update":
        case "refuse":
            return undefined;
    }
}
/** Notes the intent, writes, reads back, verifies. */
async function write(step, held, { ports, options }) {
    const key = primaryKeyOf(step, ports.workspace);
    const send = async () => {
        const correlationId = ports.newId();
        const intent = (0,attach_intent/* intentOf */.oQ)(step, ports.clock.now(), correlationId, ports.run);
        if (!(await held.note(key, [intent])))
            return ports.signal.aborted ? { state: "in-flight", why: "cancelled" } : attach_end/* leaseLost */.XM;
        return putUntilSettled(step, { wait: options.wait, isHeld: held.isHeld, correlationId }, ports);
    };
    try {
        const end = await send();
        return await verifyAttachment(step.target, end, ports, async (own) => {
            const removal = await (0,remove/* removeAndWait */.r)(own, ports);
            if (removal.state === "in-flight")
                return { state: "in-flight", why: removal.why, compute: own };
            if (removal.state === "failed")
                return { state: "failed", because: "conflict", error: removal.error, compute: own };
            return send();
        });
    }
    catch (error) {
        return (0,attach_end/* accident */.yo)(error);
    }
}
/** Takes the notes out again: those of this piece whose outcome is known, and those of others that were resolved. */
async function forget(held, outcomes, { workspace }) {
    const open = new Set(outcomes.filter(({ end }) => !endIsKnown(end)).map(({ step }) => primaryKeyOf(step, workspace)));
    await Promise.all(held
        .noted()
        .filter((key) => !open.has(key))
        .map((key) => held.note(key, [])));
}

// EXTERNAL MODULE: ./build/attach/target-report.js
var target_report = __webpack_require__(6462);
// EXTERNAL MODULE: ./build/declaration/problem.js
var problem = __webpack_require__(1016);
// EXTERNAL MODULE: ./build/commands/context.js
var commands_context = __webpack_require__(6140);
// EXTERNAL MODULE: ./build/commands/environments.js + 1 modules
var commands_environments = __webpack_require__(936);
// EXTERNAL MODULE: ./build/commands/plan.js + 1 modules
var commands_plan = __webpack_require__(3913);
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
    const [applied, environments] = await Promise.all([
        ensureTargets(azure, declaration, context),
        (0,commands_environments/* ensureEnvironments */.z)(azure, declaration, context),
    ]);
    return (0,commands_context/* join */.f)((0,commands_context/* join */.f)(base, { ...applied.result, workspace: (0,session/* workspaceReport */.WQ)(azure) }), environments);
}
/** Plans and carries the plan out. */
async function ensureTargets(azure, declaration, context) {
    const planned = await (0,commands_plan.planAgainst)(azure, declaration, context);
    if (planned.plan === undefined)
        return { result: planned.result, liveNames: new Map() };
    const outcomes = await apply(planned.plan, {
        ...(0,commands_plan.planOptions)(context),
        parallel: context.inputs.parallel,
        wait: context.inputs.wait,
        force: context.inputs.force,
        exactly: false,
    }, (0,session/* attachPorts */.QZ)(context, azure));
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


/***/ })

};
