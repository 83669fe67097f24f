import { access, constants } from 'node:fs/promises'
import { UsageError } from '../../errors/usage-error.js'
import type { Member } from '../../fleet/member.js'
import { resolveFleet } from '../../fleet/resolve-fleet.js'
import { creatingSource } from '../create/creating-source.js'
import { memberAt } from '../members/member-at.js'
import { dumpKey } from '../sets/dump-key.js'
import type { RestorePlan, RunRestore } from './restore-into.js'

/**
 * What database is to be made of a dump.
 *
 * @param path of the dump, absolute
 */
export async function planDump(run: RunRestore, path: string): Promise<RestorePlan> {
  const { all, db, except, shard } = run.options
  if (all || db || except || shard) {
    throw new UsageError('bad-options', `${path} is a dump, which holds one database`, {
      hint: 'Nothing was restored. --as says what it is to be called; --db chooses from a set.',
    })
  }
  await access(path, constants.R_OK).catch((error: NodeJS.ErrnoException) => {
    throw new UsageError('dump-unreadable', `${path} cannot be read: ${error.message}`, {
      hint: 'Look at the permissions of the file.',
      cause: error,
    })
  })
  const fileKey = await dumpKey(run.context, path, run.options)
  const member = await destination(run)
  const from = { dump: path, ...(fileKey !== undefined && { fileKey }) }
  return { from: path, store: null, parts: [{ member, from }] }
}

/** A file, a database that the fleet names but that does not exist yet, or one that can be made. */
async function destination({ context, options }: RunRestore): Promise<Member> {
  const { config, sources } = context
  const { as, to, source } = options
  if (to !== undefined) {
    if (as === undefined) return memberAt(context, to)
    throw new UsageError('bad-options', '--as and --to exclude each other for a dump', {
      hint: '--as names a database of the fleet, --to any file.',
    })
  }
  const members = await resolveFleet(sources, { root: config.root, required: false })
  const [only, another] = members
  if (as === undefined) {
    if (only !== undefined && another === undefined) return only
    throw new UsageError('name-needed', 'it is not said what the database is to be called', {
      hint: 'Say --as <name> for a database of the fleet, or --to <path> for any file.',
    })
  }
  return members.find(({ name }) => name === as) ?? creatingSource(sources, source).locate(as)
}
