import { resolve } from 'node:path'
import { fileScheme } from '../config/database-url.js'
import { UsageError } from '../errors/usage-error.js'

/**
 * The form in which a path is shown. Only what would not come back from `pathOfUrl`, or would break
 * a line, is percent-encoded.
 */
export function fileUrl(path: string): string {
  return `file:${path.replace(/[%?#\p{Cc}]/gu, encodeURIComponent)}`
}

/**
 * The absolute path that a `file:` URL or a plain path names.
 *
 * @param root what a relative one starts from
 * @param what what it is the URL of, for errors: `database "hq"`
 * @throws UsageError `unsupported-url` for a server, `bad-url` for what is no file, `secret-in-url`.
 * It says no more of the URL than its scheme: the rest may hold a password or a token.
 */
export function pathOfUrl(url: string, root: string, what: string): string {
  const scheme = fileScheme(url, what)
  const path = scheme === undefined ? url : decodedPath(url.slice('file:'.length), what)
  if (path === '' || path.includes('\0') || path.endsWith('/')) {
    throw bad(what, 'names no file', 'Give the path of a file, such as "file:data/app.db".')
  }
  if (path === ':memory:') {
    throw bad(what, 'is a database in memory', 'Give the path of a file: nothing else would last.')
  }
  return resolve(root, path)
}

function decodedPath(rest: string, what: string): string {
  if (/[?#]/.test(rest)) {
    throw bad(
      what,
      'has parameters in its URL',
      'Leave out "?…" and "#…", or write %3F and %23 in a file name.',
    )
  }
  try {
    return decodeURIComponent(withoutHost(rest, what))
  } catch (error) {
    if (!(error instanceof URIError)) throw error
    throw bad(
      what,
      'has a "%" in its URL that encodes nothing',
      'Write %25 for the character itself.',
    )
  }
}

function withoutHost(rest: string, what: string): string {
  if (!rest.startsWith('//')) return rest
  const path = /^\/\/(?:localhost)?(\/.*)$/is.exec(rest)?.[1]
  if (path !== undefined) return path
  throw bad(what, 'names a host in its URL', 'Write file:/absolute/path or file:relative/path.')
}

function bad(what: string, why: string, hint: string): UsageError {
  return new UsageError('bad-url', `${what} ${why}`, { hint })
}
