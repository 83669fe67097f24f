import { readFileSync } from 'node:fs'
import { Ajv2020 } from 'ajv/dist/2020.js'

const file = new URL('../../schemas/backup-manifest.schema.json', import.meta.url)
const validate = new Ajv2020({ allErrors: true, strict: false }).compile(
  JSON.parse(readFileSync(file, 'utf8')),
)

/** What is wrong with a manifest by its schema; empty when nothing is. */
export function manifestErrors(manifest: unknown): string[] {
  return validate(manifest)
    ? []
    : (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`)
}
