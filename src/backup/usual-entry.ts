import { COMPRESSIONS } from './compression.js'
import type { ManifestEntry } from './manifest.js'
import { PATTERNS } from './manifest-patterns.js'
import { OBJECT_FORMATS } from './object-format.js'

type Check = (value: unknown) => boolean

/**
 * Whether something is an entry of a database that is in its set, with nothing but the fields that are
 * known here. Nearly all entries are; the schema in `parse-manifest` says the same of them, and what is
 * wrong with the others, but takes ten times as long.
 */
export function isUsualEntry(value: unknown): value is ManifestEntry {
  return isEntry(value)
}

const isText: Check = value => typeof value === 'string'
const isNamed: Check = value => typeof value === 'string' && value !== ''
const isFlag: Check = value => typeof value === 'boolean'
const isTrue: Check = value => value === true
const isCount: Check = value => Number.isSafeInteger(value) && (value as number) >= 0
const isLike =
  (pattern: RegExp): Check =>
  value =>
    typeof value === 'string' && pattern.test(value)
const isOneOf =
  (values: readonly string[]): Check =>
  value =>
    values.includes(value as string)
const isListOf =
  (check: Check): Check =>
  value =>
    Array.isArray(value) && value.every(check)
const orNull =
  (check: Check): Check =>
  value =>
    value === null || check(value)

const isSha256 = isLike(PATTERNS.sha256)
const looksLikeTime = isLike(PATTERNS.time)
const isTime: Check = value => looksLikeTime(value) && !Number.isNaN(Date.parse(value as string))

const isObject = recordOf(
  {
    file: isLike(PATTERNS.file),
    compression: isOneOf(COMPRESSIONS),
    storedBytes: isCount,
    storedSha256: isSha256,
    rawBytes: isCount,
    rawSha256: isSha256,
  },
  {
    set: isLike(PATTERNS.sibling),
    format: isOneOf(OBJECT_FORMATS),
    reason: isText,
    encryption: value => value === 'age',
    encryptedTo: isLike(PATTERNS.recipientsId),
  },
)

const isEntry = recordOf(
  {
    name: isNamed,
    url: isNamed,
    status: value => value === 'ok',
    proven: isFlag,
    object: isObject,
    snapshotAt: isTime,
    digest: isLike(PATTERNS.digest),
    schemaFingerprint: orNull(isSha256),
    ledger: orNull(recordOf({ position: orNull(isText), applied: isCount })),
    tables: isListOf(recordOf({ name: isText, rows: isCount })),
    remarks: isListOf(isText),
  },
  { stamp: isText, encryptedAtRest: isTrue },
)

/** Fields that have to be there, and others that may; no more than these. */
function recordOf(needed: Record<string, Check>, other: Record<string, Check> = {}): Check {
  const checks = new Map(Object.entries({ ...needed, ...other }))
  const names = Object.keys(needed)
  return value => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
    for (const [name, field] of Object.entries(value)) {
      if (checks.get(name)?.(field) !== true) return false
    }
    return names.every(name => Object.hasOwn(value, name))
  }
}
