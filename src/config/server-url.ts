import { isIP } from 'node:net'
import { UsageError } from '../errors/usage-error.js'
import { urlProblem } from './database-url.js'
import { isNamespace, NAMESPACE_RULE } from './namespace-name.js'

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
  if (!isServerUrl(text) || !/^[a-z]+:\/\/[^/\\?#]/i.test(text)) {
    throw bad(what, 'names no server in its URL', 'Write it as https://host.example.')
  }
  const isLibsql = /^libsql:/i.test(text)
  // Hosts are brought into one form, 127.1 into 127.0.0.1 too, in the schemes of the web only.
  const web = (scheme: string) => (isLibsql ? scheme + text.slice('libsql:'.length) : text)
  if (!URL.canParse(web('https:'))) {
    throw bad(what, 'has a URL that cannot be read', 'See that its host and port are right.')
  }
  const parameters = new URL(web('https:')).searchParams.toString()
  if (!/^(?:tls=[01])?$/.test(parameters) || (parameters !== '' && !isLibsql)) {
    throw bad(what, 'has parameters in its URL', 'Only libsql: URLs may have one: ?tls=0.')
  }
  const scheme = parameters === 'tls=0' ? 'http:' : 'https:'
  const { protocol, host, hostname, pathname, hash } = new URL(web(scheme))
  const url = `${protocol}//${host}${pathname.replace(/\/+$/, '')}`
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

/** It is not quoted when it is none: it may be a secret that got there. */
function namespaceIn(hash: string, what: string): string | undefined {
  if (hash === '') return undefined
  const name = hash.slice(1)
  if (isNamespace(name)) return name
  throw new UsageError('bad-name', `${what} has no possible name of a database after its "#"`, {
    hint: `What follows a "#" in the URL of a server is a namespace of sqld. It ${NAMESPACE_RULE}.`,
  })
}

function bad(what: string, why: string, hint: string): UsageError {
  return new UsageError('bad-url', `${what} ${why}`, { hint })
}
