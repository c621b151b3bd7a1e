// After a request that makes a job. `kind`: the type of the job; `kept`: the variables for its id.
const job = pm.response.json();
pm.test("A job of its kind", () => pm.expect(job.task_type || kind).to.equal(kind));
pm.test("An id to go on with", () => pm.expect(job.job_id).to.be.a("string").and.not.empty);
if (job.job_id) {
    kept.forEach((name) => pm.collectionVariables.set(name, job.job_id));
}
