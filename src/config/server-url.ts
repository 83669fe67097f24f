import { isIP } from 'node:net'
import { UsageError } from '../errors/usage-error.js'
import { urlProblem } from './database-url.js'
import { checkNamespace } from './namespace-name.js'

/** A database on a server, as its URL names it. */
export interface ServerUrl {
  /** `http:`, `https:`, `ws:` or `wss:`, host and port, perhaps a path; no slash at its end. */
  url: string
  /** Named in a header; without it the host's name decides. */
  namespace?: string
}

/** True for the URL of a database on a server, whether sound or not. */
export function isServerUrl(url: string): boolean {
  return /^(?:libsql|https?|wss?):/i.test(url)
}

/**
 * Reads the URL of a database on a server. `libsql:` means `https:`, or `http:` with `?tls=0`, as in
 * libSQL's own clients. What follows a `#` is a namespace of sqld, for servers whose names in the
 * network don't say it.
 *
 * @param what what it is the URL of, for errors: `database "hq"`
 * @throws UsageError `bad-url`, `bad-name`, `secret-in-url`
 */
export function parseServerUrl(text: string, what: string): ServerUrl {
  const problem = urlProblem(text)
  if (problem !== undefined) {
    throw new UsageError(problem.code, `${what} ${problem.why}`, { hint: problem.hint })
  }
  if (!URL.canParse(text)) throw bad(what, 'has a URL that cannot be read', 'See that it is whole.')
  const { protocol, hostname, host, pathname, searchParams, hash } = new URL(text)
  const tls = searchParams.get('tls')
  const isLibsql = protocol === 'libsql:'
  if (
    ![...searchParams.keys()].every(key => key === 'tls' && isLibsql) ||
    !/^[01]?$/.test(tls ?? '')
  ) {
    throw bad(what, 'has parameters in its URL', 'Only libsql: URLs may have one: ?tls=0.')
  }
  if (hostname === '') throw bad(what, 'names no server in its URL', 'Write https://host.example.')
  const scheme = isLibsql ? (tls === '0' ? 'http:' : 'https:') : protocol
  const url = `${scheme}//${host}${pathname.replace(/\/+$/, '')}`
  const named = namespaceIn(hash, what) ?? (isAddress(hostname) ? 'default' : undefined)
  return { url, ...(named !== undefined && { namespace: named }) }
}

/** As it is shown, and as it can be given again. */
export function showServerUrl({ url, namespace }: ServerUrl): string {
  return namespace === undefined ? url : `${url}#${namespace}`
}

/** Of an address sqld would take the first number for the namespace's name. */
function isAddress(hostname: string): boolean {
  return isIP(hostname.replace(/^\[|\]$/g, '')) !== 0
}

function namespaceIn(hash: string, what: string): string | undefined {
  if (hash === '' || hash === '#') return undefined
  try {
    const name = decodeURIComponent(hash.slice(1))
    checkNamespace(name)
    return name
  } catch (error) {
    if (error instanceof UsageError) throw error
    throw bad(what, 'has a "%" in its URL that encodes nothing', 'Write %25 for a "%" itself.')
  }
}

function bad(what: string, why: string, hint: string): UsageError {
  return new UsageError('bad-url', `${what} ${why}`, { hint })
}
