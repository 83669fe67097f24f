import type { ListedDatabase } from '../config/config.js'
import { isServerUrl, parseServerUrl, showServerUrl } from '../config/server-url.js'
import { UsageError } from '../errors/usage-error.js'
import { fileUrl, pathOfUrl } from './file-url.js'
import type { Member } from './member.js'

/** Where a database is and how it is opened, but for its name. */
type Place = Omit<Member, 'name' | 'source'>

/**
 * The place that a URL names: a file, a database on a server, or the file of an embedded replica,
 * whose primary is what is worked on.
 *
 * @param root what a relative path starts from
 * @param what what it is the URL of, for errors: `database "hq"`
 * @throws UsageError `unsupported-url`, `bad-url`, `bad-name`, `secret-in-url`, `config-invalid`
 */
export function locateUrl(
  { url, syncUrl, authToken, encryptionKey, engine }: Omit<ListedDatabase, 'name'>,
  root: string,
  what: string,
): Place {
  const opening = {
    ...(encryptionKey !== undefined && { encryptionKey }),
    ...(engine !== undefined && { engine }),
  }
  const serverAt = (at: string) => ({
    ...parseServerUrl(at, what),
    ...(authToken !== undefined && { authToken }),
  })
  if (!isServerUrl(url)) {
    const path = pathOfUrl(url, root, what)
    const server = syncUrl === undefined ? undefined : serverAt(syncUrl)
    return { url: fileUrl(path), path, ...opening, ...(server && { server }) }
  }
  if (syncUrl !== undefined) {
    throw new UsageError('config-invalid', `${what} has a syncUrl, but its url is no file`, {
      hint: 'Give the path of the replica as `url`, and the URL of its primary as `syncUrl`.',
    })
  }
  const server = serverAt(url)
  return { url: showServerUrl(server), server, ...opening }
}
