// Scalar's parser finds both documents valid.
import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import { validate } from "@scalar/openapi-parser";

for (const name of ["openapi.portable.yaml", "openapi.yaml"]) {
  const { valid, errors } = await validate(readFileSync(`${dirname(process.env.SPEC)}/${name}`, "utf8"));
  if (!valid) throw new Error(JSON.stringify(errors));
}
