// Before every request. `kept`: the variables with ids of jobs; `look`: where a job is looked at; `keyHeader`: the header
// of the key; `ends`: the statuses of a job that has ended.
const sent = JSON.stringify(pm.request.toJSON()) + "{{api_key}}";
const used = ["api_key", ...kept].filter((name) => sent.includes(`{{${name}}}`));
const absent = used.find((name) => !pm.variables.get(name));
function waitFor(id, tries) {
    const url = pm.variables.replaceIn(look).replace("{job_id}", encodeURIComponent(id));
    pm.sendRequest({ url, header: { [keyHeader]: pm.variables.get("api_key") } }, (error, response) => {
        const over = !error && (response.code >= 400 || ends.includes(response.json().status));
        if (!over && tries > 1) {
            setTimeout(() => waitFor(id, tries - 1), 1000 * pm.variables.get("poll_seconds"));
        }
    });
}
if (absent) {
    const what = absent === "api_key" ? "set it under Variables, as the current value"
        : "send a request that makes such a job, or set it under Variables";
    pm.test(`There is no ${absent}: ${what}`, () => pm.expect.fail("nothing was sent"));
    pm.execution.skipRequest();
} else if (pm.request.method !== "GET" && pm.variables.get("wait") !== "false") {
    const names = ["job_id", ...used.filter((name) => name !== "api_key")];
    new Set(names.map((name) => pm.variables.get(name)).filter(Boolean)).forEach((id) => waitFor(id, 200));
}
