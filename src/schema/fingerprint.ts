import { createHash } from 'node:crypto'
import { canonicalJson } from './canonical-json.js'
import type { Schema } from './schema.js'

/** SHA-256 in hex, equal exactly for schemas between which there is no difference. */
export function fingerprint(schema: Schema): string {
  return createHash('sha256').update(canonicalJson(schema)).digest('hex')
}
