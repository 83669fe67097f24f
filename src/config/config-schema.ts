import * as v from 'valibot'
import { apiUrlProblem } from './api-url.js'
import type { SourceConfig } from './config.js'
import { parseCountOrShare } from './count-or-share.js'
import { urlProblem } from './database-url.js'
import { parseDuration } from './duration.js'
import { endpointProblem } from './endpoint-problem.js'
import { isRecord, keyOf, knownKeys } from './known-keys.js'
import { parseMaxFailures } from './max-failures.js'
import { isNamespace, NAMESPACE_RULE } from './namespace-name.js'
import type { Secret } from './secret.js'
import { secretProblem } from './secret-problem.js'
import { isTursoSlug, TURSO_SLUG_RULE } from './turso-slug.js'

// No message quotes a value: what stands in the wrong place may be a secret.

const text = v.pipe(
  v.string('must be text'),
  v.check(
    value => value !== '' && !value.includes('\0'),
    'must not be empty or hold a NUL character',
  ),
)

const secret = v.custom<Secret>(
  value => secretProblem(value) === undefined,
  ({ input }) => secretProblem(input) ?? '',
)

const url = v.pipe(
  v.string('must be text'),
  v.check(
    value => urlProblem(value) === undefined,
    ({ input }) => {
      const problem = urlProblem(input)
      return problem === undefined ? '' : `${problem.why}. ${problem.hint}`
    },
  ),
)

const label = v.exactOptional(text)
const opening = {
  encryptionKey: v.exactOptional(secret),
  engine: v.exactOptional(v.literal('libsql', 'must be "libsql", or left out')),
}

const filesEntries = {
  files: text,
  name: v.exactOptional(text),
  create: v.exactOptional(text),
  label,
  ...opening,
}

const listedEntries = {
  name: text,
  url,
  authToken: v.exactOptional(secret),
  syncUrl: v.exactOptional(url),
  ...opening,
}
const databasesEntries = {
  databases: v.array(knownKeys(listedEntries), 'must be a list of databases'),
  label,
}

const queryOwnEntries = {
  url,
  sql: text,
  authToken: v.exactOptional(secret),
  encryptionKey: v.exactOptional(secret),
}
const queryEntries = {
  query: knownKeys(queryOwnEntries),
  authToken: v.exactOptional(secret),
  label,
  ...opening,
}

const namespace = v.custom<string>(isNamespace, NAMESPACE_RULE)
const namespaceQueryEntries = { query: knownKeys(queryOwnEntries) }
const sqldOwnEntries = {
  url,
  adminUrl: v.exactOptional(url),
  adminKey: v.exactOptional(secret),
  namespaces: v.lazy(input => {
    if (Array.isArray(input)) return v.array(namespace)
    if (isRecord(input)) return knownKeys(namespaceQueryEntries)
    return v.literal('discover', 'must be a list of names, "discover" or { query: { url, sql } }')
  }),
  dataDirectory: v.exactOptional(text),
  replicas: v.exactOptional(
    v.pipe(
      text,
      v.check(
        value => value.includes('{name}'),
        'must hold {name}, so that each replica has a file',
      ),
    ),
  ),
  authToken: v.exactOptional(secret),
}
const sqldEntries = { sqld: knownKeys(sqldOwnEntries), label }

const tursoSlug = v.custom<string>(isTursoSlug, TURSO_SLUG_RULE)
const tursoOwnEntries = {
  organization: tursoSlug,
  group: v.exactOptional(tursoSlug),
  apiToken: v.exactOptional(secret),
  authToken: v.exactOptional(secret),
  apiUrl: v.exactOptional(
    v.pipe(
      v.string('must be text'),
      v.check(
        value => apiUrlProblem(value) === undefined,
        ({ input }) => apiUrlProblem(input) ?? '',
      ),
    ),
  ),
}
const tursoEntries = { turso: knownKeys(tursoOwnEntries), label }

const sources = {
  files: knownKeys(filesEntries),
  databases: knownKeys(databasesEntries),
  query: knownKeys(queryEntries),
  sqld: knownKeys(sqldEntries),
  turso: knownKeys(tursoEntries),
}
const kinds = ['files', 'databases', 'query', 'sqld', 'turso'] as const
const sourceKeys = [
  filesEntries,
  databasesEntries,
  queryEntries,
  sqldEntries,
  tursoEntries,
].flatMap(Object.keys)

/** The key that is there says which kind of source it is, so that errors are about that kind. */
function sourceSchema(input: unknown): v.GenericSchema<unknown, SourceConfig> {
  const [kind, second] = isRecord(input) ? kinds.filter(each => Object.hasOwn(input, each)) : []
  if (kind === undefined) return keyOf(kinds, sourceKeys)
  if (second === undefined) return sources[kind]
  return v.custom<never>(() => false, `has both ${kind} and ${second}; make them two entries`)
}

const severities = ['off', 'note', 'warning', 'error'] as const
const checkEntries = {
  ignore: v.exactOptional(v.array(text, 'must be a list of names')),
  severity: v.exactOptional(
    v.record(text, v.picklist(severities, 'must be "off", "note", "warning" or "error"')),
  ),
  allow: v.exactOptional(v.record(text, v.array(text, 'must be a list of codes'))),
}

const s3Entries = {
  endpoint: v.exactOptional(
    v.pipe(
      v.string('must be text'),
      v.check(
        value => endpointProblem(value) === undefined,
        ({ input }) => endpointProblem(input) ?? '',
      ),
    ),
  ),
  region: v.exactOptional(text),
  forcePathStyle: v.exactOptional(v.boolean('must be true or false')),
  accessKeyId: v.exactOptional(secret),
  secretAccessKey: v.exactOptional(secret),
  sessionToken: v.exactOptional(secret),
}
const s3 = v.pipe(
  knownKeys(s3Entries),
  v.check(
    value => (value.accessKeyId === undefined) === (value.secretAccessKey === undefined),
    'must have both accessKeyId and secretAccessKey, or neither',
  ),
)

const encryptionEntries = {
  recipients: v.exactOptional(
    v.array(
      v.pipe(
        text,
        v.check(value => !/^AGE-SECRET-KEY-/i.test(value), 'is a private key; name the public one'),
      ),
      'must be a list of public keys of age, or of files with them',
    ),
  ),
  identity: v.exactOptional(secret),
  passphrase: v.exactOptional(secret),
}

const controlEntries = {
  url,
  authToken: v.exactOptional(secret),
  lease: v.exactOptional(
    v.pipe(
      read(parseDuration, 'must be a number of milliseconds or a time such as "30s", "2m"'),
      v.minValue(1_000, 'must be at least 1s'),
    ),
  ),
}

const countOrShare = v.exactOptional(
  read(parseCountOrShare, 'must be a count such as 10 or a percentage such as "5%"'),
)
const canaryEntries = {
  count: countOrShare,
  databases: v.exactOptional(v.array(text, 'must be a list of names or globs')),
  labels: v.exactOptional(v.array(text, 'must be a list of labels')),
}
const wavesEntries = {
  canary: v.exactOptional(
    v.lazy(input =>
      isRecord(input)
        ? knownKeys(canaryEntries)
        : read(
            parseCountOrShare,
            'must be a count such as 10, a percentage such as "1%", or { count, databases, labels }',
          ),
    ),
  ),
  size: countOrShare,
  pause: v.exactOptional(
    read(parseDuration, 'must be a number of milliseconds or a time such as "30s", "2m"'),
  ),
  health: v.exactOptional(text),
  healthTimeout: v.exactOptional(
    v.pipe(
      read(parseDuration, 'must be a number of milliseconds or a time such as "30s", "5m"'),
      v.minValue(1, 'must be longer than nothing'),
    ),
  ),
}

const rootEntries = {
  $schema: v.exactOptional(text),
  migrations: v.exactOptional(text),
  templates: v.exactOptional(text),
  backups: v.exactOptional(text),
  s3: v.exactOptional(s3),
  encryption: v.exactOptional(knownKeys(encryptionEntries)),
  fleet: v.array(v.lazy(sourceSchema), 'must be a list of sources'),
  busyTimeout: v.exactOptional(
    read(parseDuration, 'must be a number of milliseconds or a time such as "500ms", "10s", "2m"'),
  ),
  requestTimeout: v.exactOptional(
    v.pipe(
      read(parseDuration, 'must be a number of milliseconds or a time such as "30s", "2m"'),
      v.minValue(1, 'must be longer than nothing'),
    ),
  ),
  jobs: v.exactOptional(
    v.custom<number>(
      value => Number.isSafeInteger(value) && Number(value) >= 1,
      'must be a whole number from 1',
    ),
  ),
  maxFailures: v.exactOptional(
    read(parseMaxFailures, 'must be a count such as 3 or a percentage such as "0.5%"'),
  ),
  check: v.exactOptional(knownKeys(checkEntries)),
  control: v.exactOptional(
    v.lazy(input => (input === false ? v.literal(false) : knownKeys(controlEntries))),
  ),
  waves: v.exactOptional(knownKeys(wavesEntries)),
}

/** A configuration as plain data, and what it says once read. */
export const configSchema = knownKeys(rootEntries)

/** Every key that has a meaning somewhere in a configuration. */
export const KNOWN_KEYS: readonly string[] = [
  ...[
    rootEntries,
    listedEntries,
    queryOwnEntries,
    sqldOwnEntries,
    checkEntries,
    s3Entries,
    encryptionEntries,
    controlEntries,
    wavesEntries,
    canaryEntries,
  ].flatMap(Object.keys),
  ...Object.keys(tursoOwnEntries),
  ...sourceKeys,
  ...['env', 'file', 'command'],
]

/** A number or a text from which `parse` reads a value; it gives undefined for what is none. */
function read<Value>(parse: (input: number | string) => Value | undefined, message: string) {
  return v.pipe(
    v.unknown(),
    v.rawTransform(({ dataset: { value }, addIssue, NEVER }): Value => {
      const isInput = typeof value === 'number' || typeof value === 'string'
      const result = isInput ? parse(value) : undefined
      if (result !== undefined) return result
      addIssue({ message })
      return NEVER
    }),
  )
}
