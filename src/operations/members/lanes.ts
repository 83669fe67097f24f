import { defaultEngine } from '../../database/engines.js'
import type { Member } from '../../fleet/member.js'
import type { Lane } from '../../run/job.js'

/**
 * Says which lane a member belongs to: that of servers, or, for files, libSQL's for what only it can
 * open, or for all where better-sqlite3 does not serve.
 */
export async function laneOf(members: readonly Member[]): Promise<(member: Member) => Lane> {
  const needsLibsql = (member: Member) =>
    member.encryptionKey !== undefined || member.engine === 'libsql'
  const isPlainFile = (member: Member) => member.server === undefined && !needsLibsql(member)
  const fast = members.some(isPlainFile) && (await defaultEngine()) === 'better-sqlite3'
  return member => {
    if (member.server !== undefined) return 'remote'
    return fast && isPlainFile(member) ? 'thread' : 'process'
  }
}
