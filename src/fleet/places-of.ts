import { showServerUrl } from '../config/server-url.js'
import type { Member } from './member.js'

/** Where a member is: a file, by any path that is known of it, or a database on a server. */
export function placesOf({
  path,
  realPath,
  server,
}: Pick<Member, 'path' | 'realPath' | 'server'>): string[] {
  if (path !== undefined && realPath === undefined && server === undefined) return [path]
  // A server answers both protocols on one port.
  const primary = server && showServerUrl(server).replace(/^ws/, 'http')
  return [path, realPath, primary].filter(place => place !== undefined)
}
