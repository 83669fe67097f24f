import type { Member } from '../../fleet/member.js'
import { type FileStamp, isSettled, stampOf } from '../members/file-stamp.js'
import { LogNames } from '../members/log-names.js'

/** Names the composition of what follows, so that another one is never taken for it. */
const PREFIX = 'file1:'

/**
 * Looks at the files of a backup before any of them is read, and says afterwards which of them nobody
 * wrote to meanwhile.
 */
export class KeptStamps {
  readonly #before = new Map<Member, FileStamp | undefined>()
  readonly #logs: LogNames

  /** @param members that it will be asked about; their directories are listed now */
  constructor(members: readonly Member[]) {
    this.#logs = new LogNames(members.flatMap(({ path, server }) => (server ? [] : (path ?? []))))
  }

  /** What the file's metadata says of its content now; undefined where that cannot be told. */
  before(member: Member): string | undefined {
    if (!this.#before.has(member)) this.#before.set(member, settledStamp(member, this.#logs))
    const stamp = this.#before.get(member)
    return stamp === undefined ? undefined : PREFIX + stamp.text
  }

  /** The same, if it is as it was before the file was read: what was read has this stamp. */
  after(member: Member): string | undefined {
    const before = this.before(member)
    // A link that leads elsewhere by now may have done so while the file was read.
    const now = before === undefined ? undefined : stampOfMember(member)?.text
    return now !== undefined && before === PREFIX + now ? before : undefined
  }
}

function settledStamp(member: Member, logs: LogNames): FileStamp | undefined {
  // Before the look: a clock that is set forward meanwhile must not make it older than it is.
  const now = BigInt(Date.now()) * 1_000_000n
  const stamp = stampOfMember(member, logs)
  return stamp !== undefined && isSettled(stamp, now) ? stamp : undefined
}

/** What is backed up of a database on a server is not its replica. */
function stampOfMember({ path, server }: Member, logs?: LogNames): FileStamp | undefined {
  return server === undefined && path !== undefined ? stampOf(path, logs) : undefined
}
