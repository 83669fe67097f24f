import { UsageError } from '../errors/usage-error.js'

/** Two letters at least, so that a Windows drive is none. */
const SCHEME = /^([a-z][a-z0-9+.-]+):/i
const SERVERS: readonly string[] = ['libsql', 'http', 'https', 'ws', 'wss']

/** What is wrong with a database's URL. */
export interface UrlProblem {
  code: 'bad-url' | 'unsupported-url' | 'secret-in-url'
  /** Goes on from the name of the thing: `has …`. Quotes no more of the URL than its scheme. */
  why: string
  hint: string
}

/**
 * What is wrong with a URL that everyone may see; undefined when that is nothing. Whether it names
 * a database is found out when it is opened.
 */
export function urlProblem(url: string): UrlProblem | undefined {
  if (url === '' || url.includes('\0')) {
    return { code: 'bad-url', why: 'names no database', hint: 'Give a path or a file: URL.' }
  }
  const scheme = schemeOf(url)
  if (scheme !== undefined && scheme !== 'file' && !SERVERS.includes(scheme)) {
    return {
      code: 'unsupported-url',
      why: `has ${unknown(scheme)}; known are file, ${SERVERS.join(', ')}`,
      hint: 'Give a path or a file: URL. A relative path that has a colon begins with "./".',
    }
  }
  if (!holdsSecret(url, scheme)) return undefined
  return {
    code: 'secret-in-url',
    why: 'holds a user, a password or a token, but a URL is shown in lists, logs and errors',
    hint: 'Take it out of the URL, and give the token as `authToken` or in DATABASE_TOKEN.',
  }
}

/** The scheme in small letters, without its colon; undefined for a path. */
function schemeOf(url: string): string | undefined {
  return SCHEME.exec(url)?.[1]?.toLowerCase()
}

/**
 * The scheme of a URL that is to name a file on this machine; undefined for a path.
 *
 * @param what what it is the URL of, for errors: `database "hq"`
 * @throws UsageError `unsupported-url` for a server, and for what `urlProblem` finds
 */
export function fileScheme(url: string, what: string): 'file' | undefined {
  const problem = urlProblem(url)
  if (problem !== undefined) {
    throw new UsageError(problem.code, `${what} ${problem.why}`, { hint: problem.hint })
  }
  const scheme = schemeOf(url)
  if (scheme === undefined || scheme === 'file') return scheme
  throw new UsageError('unsupported-url', `${what} is on a server (${scheme}:), not in a file`, {
    hint: 'Give a path or a file: URL here.',
  })
}

/** What is too long for a scheme may be half of a password. */
function unknown(scheme: string): string {
  return scheme.length <= 16 ? `the unknown scheme ${scheme}:` : 'an unknown scheme'
}

function holdsSecret(url: string, scheme: string | undefined): boolean {
  const [address = '', ...rest] = url.split(/[?#]/)
  if (/(?:auth|token|jwt|key|pass|pwd|secret)[^=&;]*=/i.test(rest.join('&'))) return true
  // A password may itself hold a "/"; in a file's path, a "@" after the host is nothing special.
  return scheme === undefined || scheme === 'file'
    ? /^file:\/\/[^/]*@/i.test(address)
    : address.includes('@')
}
