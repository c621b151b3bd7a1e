// The mutator is where the base URL and the key go.
export default {
  legnext: {
    input: process.env.SPEC,
    output: { target: "client.ts", client: "fetch", override: { mutator: { path: "./orval.send.ts", name: "send" } } },
  },
};
