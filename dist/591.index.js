export const id = 591;
export const ids = [591];
export const modules = {

/***/ 2591:
/***/ ((__unused_webpack___webpack_module__, __webpack_exports__, __webpack_require__) => {

/* harmony export */ __webpack_require__.d(__webpack_exports__, {
/* harmony export */   affectedFiles: () => (/* binding */ affectedFiles)
/* harmony export */ });
/* harmony import */ var node_fs_promises__WEBPACK_IMPORTED_MODULE_0__ = __webpack_require__(1455);
/* harmony import */ var node_path__WEBPACK_IMPORTED_MODULE_1__ = __webpack_require__(6760);
/* harmony import */ var node_url__WEBPACK_IMPORTED_MODULE_2__ = __webpack_require__(3136);
/* harmony import */ var picomatch__WEBPACK_IMPORTED_MODULE_5__ = __webpack_require__(4006);
/* harmony import */ var _files_js__WEBPACK_IMPORTED_MODULE_3__ = __webpack_require__(9120);
/* harmony import */ var _yaml_js__WEBPACK_IMPORTED_MODULE_4__ = __webpack_require__(336);






/**
 * The files that changed, and those that refer to them, directly or by way of others: a declaration names a job file, the
 * job file a conda file. Every text that leads to a file counts, whatever key it stands under; one too many is looked at
 * rather than one too few.
 *
 * @param documents what was read as declarations.
 * @param changed absolute paths, those of removed files included.
 * @returns absolute paths.
 */
async function affectedFiles(documents, changed, workingDirectory) {
    const looked = new Map();
    const look = (file, document) => {
        const known = looked.get(file) ?? { file, references: [], named: [] };
        looked.set(file, known);
        collect(document.value, "", document.folder, known);
    };
    for (const document of documents)
        look((0,node_path__WEBPACK_IMPORTED_MODULE_1__.resolve)(workingDirectory, document.file), document);
    // Files that are read only by way of another, such as an environment file that names a conda file.
    const waiting = [...looked.values()].flatMap(({ named }) => named);
    for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
        if (looked.has(file) || !/\.(ya?ml|json)$/i.test(file) || (0,_files_js__WEBPACK_IMPORTED_MODULE_3__/* .isOutside */ ._K)(workingDirectory, file))
            continue;
        const text = await textOf(file);
        if (text === undefined)
            continue;
        for (const document of (0,_yaml_js__WEBPACK_IMPORTED_MODULE_4__/* .readDocuments */ .r9)(text, { file, folder: (0,node_path__WEBPACK_IMPORTED_MODULE_1__.dirname)(file) }).documents)
            look(file, document);
        waiting.push(...(looked.get(file)?.named ?? []));
    }
    const affected = new Set(changed);
    for (let before = -1; before !== affected.size;) {
        before = affected.size;
        for (const { file, references } of looked.values()) {
            if (!affected.has(file) && references.some((names) => [...affected].some(names)))
                affected.add(file);
        }
    }
    return affected;
}
const longestPath = 1024;
/** Above this a file is no environment or job. */
const largestBytes = 4 * 1024 * 1024;
async function textOf(file) {
    const info = await (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_0__.stat)(file).catch(() => undefined);
    return info?.isFile() === true && info.size <= largestBytes ? (0,node_fs_promises__WEBPACK_IMPORTED_MODULE_0__.readFile)(file, "utf8") : undefined;
}
/** Keys whose value may be a folder. */
const folderKeys = ["code", "path"];
function collect(value, key, folder, into) {
    if (Array.isArray(value))
        for (const item of value)
            collect(item, key, folder, into);
    else if (typeof value === "object" && value !== null)
        for (const [name, member] of Object.entries(value))
            collect(member, name, folder, into);
    else if (typeof value === "string") {
        const path = pathOf(value);
        if (path === undefined)
            return;
        const absolute = (0,node_path__WEBPACK_IMPORTED_MODULE_1__.resolve)(folder, path);
        into.named.push(absolute);
        into.references.push((file) => file === absolute);
        if (folderKeys.includes(key))
            into.references.push((file) => !(0,_files_js__WEBPACK_IMPORTED_MODULE_3__/* .isOutside */ ._K)(absolute, file));
        if (/[*?[\]{}]/.test(path)) {
            const matches = picomatch__WEBPACK_IMPORTED_MODULE_5__(path.replace(/^\.\//, ""));
            into.references.push((file) => matches((0,node_path__WEBPACK_IMPORTED_MODULE_1__.relative)(folder, file).split(node_path__WEBPACK_IMPORTED_MODULE_1__.sep).join("/")));
        }
    }
}
/** A text as a path on this machine; nothing for addresses, references into Azure, and texts that are none. */
function pathOf(text) {
    if (text.trim() === "" || text.length > longestPath || text.includes("\n"))
        return undefined;
    try {
        if (/^file:\/\//i.test(text))
            return (0,node_url__WEBPACK_IMPORTED_MODULE_2__.fileURLToPath)(text);
    }
    catch {
        return undefined;
    }
    const path = text.replace(/^file:/i, "");
    return /^[a-z][a-z0-9+.-]*:/i.test(path) ? undefined : path;
}


/***/ })

};
