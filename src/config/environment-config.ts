import { isAbsolute, join, parse, resolve } from 'node:path'
import { UsageError } from '../errors/usage-error.js'
import type { Config, SourceConfig } from './config.js'
import { fileScheme } from './database-url.js'
import { DEFAULTS } from './defaults.js'
import type { Secret } from './secret.js'
import { secretProblem } from './secret-problem.js'
import { isServerUrl, parseServerUrl } from './server-url.js'

export interface EnvironmentOptions {
  /** What relative paths start from, and where migrations/, templates/ and backups/ are. */
  cwd: string
  /** Where `DATABASE_URL` and `DATABASE_TOKEN` are looked for. */
  env: NodeJS.ProcessEnv
  /** One database, instead of the one of `DATABASE_URL`: a path, or a URL of a file or a server. */
  url?: string
  /** A glob of database files, instead of `DATABASE_URL`. */
  files?: string
  /** The name of the variable that holds the key of encrypted databases. */
  encryptionKeyEnv?: string
}

/**
 * The configuration of one who has no configuration file: databases that are named on the command
 * line or in the environment. Its patterns and URLs are absolute. Undefined when none is named.
 *
 * @throws UsageError `unsupported-url`, `secret-in-url`, `bad-url`, `bad-name`, `usage`
 */
export function environmentConfig(options: EnvironmentOptions): Config | undefined {
  const root = resolve(options.cwd)
  const source = sourceOf(options, root)
  if (source === undefined) return undefined
  return {
    root,
    migrations: join(root, DEFAULTS.migrations),
    templates: join(root, DEFAULTS.templates),
    backups: join(root, DEFAULTS.backups),
    fleet: [source],
    busyTimeoutMs: DEFAULTS.busyTimeoutMs,
    requestTimeoutMs: DEFAULTS.requestTimeoutMs,
    leaseMs: DEFAULTS.leaseMs,
  }
}

function sourceOf(
  { env, url, files, encryptionKeyEnv }: EnvironmentOptions,
  root: string,
): SourceConfig | undefined {
  if (url !== undefined && files !== undefined) {
    throw new UsageError('usage', 'there is both a URL and a pattern for files', {
      hint: 'Give --url for one database, or --files for several.',
    })
  }
  const opening = encryptionKeyEnv === undefined ? {} : { encryptionKey: keyIn(encryptionKeyEnv) }
  if (files !== undefined) {
    return { files: absolutePattern(files, root), label: `files ${files}`, ...opening }
  }
  const authToken = env.DATABASE_TOKEN ? { authToken: { env: 'DATABASE_TOKEN' } } : {}
  if (url !== undefined) return databaseAt(url, { root, label: 'url', ...authToken, ...opening })
  if (!env.DATABASE_URL) return undefined
  return databaseAt(env.DATABASE_URL, { root, label: 'DATABASE_URL', ...authToken, ...opening })
}

function keyIn(variable: string): Secret {
  const problem = secretProblem({ env: variable })
  if (problem === undefined) return { env: variable }
  throw new UsageError('usage', `the variable of the encryption key: ${problem}`, {
    hint: 'Put the key into an environment variable, and give the name of that.',
  })
}

function databaseAt(
  url: string,
  {
    root,
    label,
    authToken,
    ...opening
  }: { root: string; label: string; authToken?: Secret; encryptionKey?: Secret },
): SourceConfig {
  const what = label === 'url' ? 'the URL' : label
  if (isServerUrl(url)) {
    const name = nameOnServer(url, what)
    return { databases: [{ name, url, ...(authToken && { authToken }), ...opening }], label }
  }
  const scheme = fileScheme(url, what)
  const name = nameOf(url, scheme)
  if (name === '') {
    throw new UsageError('bad-url', `${what} names no file`, {
      hint: 'Give the path of a file, such as file:data/app.db.',
    })
  }
  return { databases: [{ name, url: absoluteUrl(url, root, scheme), ...opening }], label }
}

/** The namespace, or the first part of the host's name. */
function nameOnServer(url: string, what: string): string {
  const { url: server, namespace } = parseServerUrl(url, what)
  return namespace ?? new URL(server).hostname.split('.')[0] ?? ''
}

/** The file's base name without its extension. */
function nameOf(url: string, scheme: 'file' | undefined): string {
  if (scheme === undefined) return parse(url).name
  const path = url.slice('file:'.length).replace(/[?#].*$/s, '')
  try {
    return parse(decodeURIComponent(path)).name
  } catch {
    return parse(path).name
  }
}

/** Only where it starts from changes, so that what is wrong with it is still found out later. */
function absoluteUrl(url: string, root: string, scheme: 'file' | undefined): string {
  if (/^(?:file:)?:memory:$/i.test(url)) return url
  if (scheme === undefined) return isAbsolute(url) ? url : `${root}/${url}`
  const path = url.slice('file:'.length)
  return path.startsWith('/') ? url : `file:${root.replace(/[%?#]/g, encodeURIComponent)}/${path}`
}

/** The working directory is not part of the pattern, whatever characters its name has. */
function absolutePattern(files: string, root: string): string {
  if (files === '' || isAbsolute(files)) return files
  return `${root.replace(/[\\*?[\]{}]/g, '\\$&')}/${files}`
}
