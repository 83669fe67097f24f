import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'

const file = new URL('../../schemas/report.schema.json', import.meta.url)
const validate = new Ajv2020({
  allErrors: true,
  allowUnionTypes: true,
  strictRequired: false,
}).compile(JSON.parse(readFileSync(file, 'utf8')))

/** What is wrong with a document by `schemas/report.schema.json`; empty when nothing is. */
export function schemaErrors(document: unknown): string[] {
  return validate(document)
    ? []
    : (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`)
}
