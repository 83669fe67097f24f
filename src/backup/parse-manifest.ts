import * as v from 'valibot'
import { UsageError } from '../errors/usage-error.js'
import { COMPRESSIONS } from './compression.js'
import { FORMAT, FORMAT_VERSION, type Manifest, type ManifestEntry, OBJECTS } from './manifest.js'
import { PATTERNS } from './manifest-patterns.js'
import { OBJECT_FORMATS } from './object-format.js'
import { isUsualEntry } from './usual-entry.js'

const text = v.string('it is no text')
const named = v.pipe(text, v.minLength(1, 'it is empty'))
const flag = v.boolean('it is neither true nor false')
const count = v.pipe(
  v.number('it is no number'),
  v.safeInteger('it is no whole number that can be'),
  v.minValue(0, 'it is negative'),
)
const sha256 = v.pipe(text, v.regex(PATTERNS.sha256, 'it is no SHA-256 in hex'))
const time = v.pipe(
  text,
  v.regex(PATTERNS.time, 'it is no time in UTC'),
  v.check(given => !Number.isNaN(Date.parse(given)), 'there is no such time'),
)
const digest = v.pipe(text, v.regex(PATTERNS.digest, 'it is no digest known here'))
const file = v.pipe(text, v.regex(PATTERNS.file, `it is no file below ${OBJECTS}/`))
const sibling = v.pipe(
  text,
  v.regex(PATTERNS.sibling, 'it is not the plain name of a set beside this one'),
)

const object = v.object({
  file,
  set: v.optional(sibling),
  format: v.optional(v.picklist(OBJECT_FORMATS, `it is none of ${OBJECT_FORMATS.join(', ')}`)),
  reason: v.optional(text),
  encryption: v.optional(v.literal('age', 'it is not "age"')),
  encryptedTo: v.optional(
    v.pipe(text, v.regex(PATTERNS.recipientsId, 'it is no id of recipients')),
  ),
  compression: v.picklist(COMPRESSIONS, `it is none of ${COMPRESSIONS.join(', ')}`),
  storedBytes: count,
  storedSha256: sha256,
  rawBytes: count,
  rawSha256: sha256,
})

const content = {
  snapshotAt: time,
  digest,
  schemaFingerprint: v.nullable(sha256),
  ledger: v.nullable(v.object({ position: v.nullable(text), applied: count })),
  tables: v.array(v.object({ name: text, rows: count }), 'it is no list'),
  remarks: v.array(text, 'it is no list'),
}

const about = {
  name: named,
  url: named,
  stamp: v.optional(text),
  encryptedAtRest: v.optional(v.literal(true, 'it is not true')),
}
const error = v.object({ code: text, message: text, hint: v.optional(text) })

/** What is in the set has all that is said of objects; what is not has none of it. */
const entry = v.variant(
  'status',
  [
    v.object({ ...about, status: v.literal('ok'), proven: flag, object, ...content }),
    v.object({
      ...about,
      status: v.picklist(['failed', 'not-run']),
      proven: v.literal(false, 'it says that a database is proven that is not in the set'),
      error: v.optional(error),
      object: v.optional(object),
      ...v.partial(v.object(content)).entries,
    }),
  ],
  'it is none of ok, failed, not-run',
)

const head = v.object({
  set: named,
  dbfleet: text,
  startedAt: time,
  finishedAt: time,
  startedSha256: sha256,
  complete: flag,
  summary: v.object({
    total: count,
    ok: count,
    failed: count,
    skipped: count,
    notRun: count,
    proven: count,
  }),
  encryption: v.optional(
    v.object({
      scheme: v.literal('age', 'it is not "age"'),
      recipients: v.array(text, 'it is no list'),
      identity: v.optional(v.object({ bytes: count, sha256 })),
    }),
  ),
})
const schema = v.object({ ...head.entries, databases: v.array(entry, 'it is no list') })

const EARLY = { abortEarly: true, abortPipeEarly: true }

/**
 * Reads the text of a manifest and believes none of it: it may have been edited by anybody. Fields
 * that this version does not know are left out.
 *
 * @param place what messages call the file
 * @throws UsageError `manifest-invalid` naming the first thing that is wrong, `manifest-version`
 */
export function parseManifest(json: string, place: string): Manifest {
  const value = parsed(json, place)
  refuseOthers(value, place)
  const usual = usualEntries(value)
  const result = v.safeParse(usual === undefined ? schema : head, value, EARLY)
  if (!result.success) throw invalid(place, placeOf(result.issues[0]), messageOf(result.issues[0]))
  const databases = usual === undefined ? {} : { databases: usual }
  const found = { format: FORMAT, version: FORMAT_VERSION, ...result.output, ...databases }
  const manifest = found as Manifest
  refuseContradictions(manifest, place)
  return manifest
}

function parsed(json: string, place: string): unknown {
  try {
    return JSON.parse(json)
  } catch {
    // The engine's message would quote what is in the file.
    throw invalid(place, '', 'it is no JSON')
  }
}

/** All entries, if each is as nearly all are. */
function usualEntries(value: unknown): ManifestEntry[] | undefined {
  const { databases } = value as { databases?: unknown }
  return Array.isArray(databases) && databases.every(isUsualEntry) ? databases : undefined
}

function refuseOthers(value: unknown, place: string): void {
  const { format, version } = (value ?? {}) as { format?: unknown; version?: unknown }
  if (format !== FORMAT) throw invalid(place, 'format', `it is not "${FORMAT}"`)
  if (version === FORMAT_VERSION) return
  if (typeof version !== 'number') throw invalid(place, 'version', 'it is no number')
  throw new UsageError('manifest-version', `${place} has version ${version} of the format`, {
    hint: `This dbfleet reads version ${FORMAT_VERSION}; take a newer one.`,
  })
}

function refuseContradictions({ databases, summary, complete }: Manifest, place: string): void {
  const names = new Set<string>()
  const files = new Set<string>()
  const counts = { total: databases.length, ok: 0, failed: 0, skipped: 0, notRun: 0, proven: 0 }
  for (const [index, database] of databases.entries()) {
    const at = (field: string) => `databases[${index}].${field}`
    const { name, status, object: stored, proven } = database
    if (names.has(name)) throw invalid(place, at('name'), `a second ${JSON.stringify(name)}`)
    names.add(name)
    if (stored !== undefined) {
      const missing = contentMissing(database)
      if (missing !== undefined) throw invalid(place, at(missing), 'it is missing')
      const key = `${stored.set ?? ''}/${stored.file}`
      if (files.has(key)) {
        throw invalid(place, at('object.file'), `a second ${JSON.stringify(stored.file)}`)
      }
      files.add(key)
    }
    if (status === 'failed' && database.error === undefined) {
      throw invalid(place, at('error'), 'it is missing')
    }
    counts[status === 'not-run' ? 'notRun' : status] += 1
    if (proven) counts.proven += 1
  }
  for (const [key, value] of Object.entries(counts)) {
    if (summary[key as keyof typeof summary] === value) continue
    throw invalid(place, `summary.${key}`, `the databases make it ${value}`)
  }
  if (complete !== (counts.ok === counts.total)) {
    throw invalid(place, 'complete', `the databases make it ${!complete}`)
  }
}

const CONTENT = Object.keys(content)

function contentMissing(database: ManifestEntry): string | undefined {
  return CONTENT.find(key => database[key as keyof ManifestEntry] === undefined)
}

function messageOf({ message, type, expected, received }: v.BaseIssue<unknown>): string {
  if (received === 'undefined') return 'it is missing'
  return type === 'object' || type === 'variant' ? `it is ${received}, not ${expected}` : message
}

/** As it would be written in code: `databases[3].object.file`. */
function placeOf({ path }: v.BaseIssue<unknown>): string {
  return (path ?? [])
    .map(({ key }) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`))
    .join('')
    .replace(/^\./, '')
}

function invalid(place: string, at: string, why: string): UsageError {
  return new UsageError('manifest-invalid', `${place}: ${at === '' ? '' : `${at}: `}${why}`, {
    hint: 'It is not as dbfleet wrote it; restore from another set.',
  })
}
