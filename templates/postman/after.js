// After every request. `codes`: the statuses of a success; `shapes`: what an answer must look like, by name.
pm.test(`Status ${codes.join(" or ")}`, () => pm.expect(codes, pm.response.text()).to.include(pm.response.code));
Object.entries(shapes).forEach(([name, shape]) => pm.variables.set(name, JSON.stringify(shape)));
