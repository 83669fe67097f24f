import { statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { objectName } from '../../backup/object-name.js'
import { isServerUrl } from '../../config/server-url.js'
import { DbfleetError } from '../../errors/dbfleet-error.js'
import { UsageError } from '../../errors/usage-error.js'
import { fileUrl } from '../../fleet/file-url.js'
import type { Member } from '../../fleet/member.js'
import { resolveFleet } from '../../fleet/resolve-fleet.js'
import { creatingSource, listing } from '../create/creating-source.js'
import type { FleetContext } from '../members/fleet-context.js'
import { memberAt } from '../members/member-at.js'
import type { RestoreOptions } from './restore-options.js'

/**
 * Where databases of these names are to be: with `to` there, else where the fleet has them, else
 * where a source would make them.
 *
 * @returns for each name its place, or why there is none
 * @throws UsageError when it cannot be said of any
 */
export async function restoreDestinations(
  context: FleetContext,
  names: readonly string[],
  { to, source }: Pick<RestoreOptions, 'to' | 'source'>,
): Promise<(Member | DbfleetError)[]> {
  if (to === undefined) return inFleet(context, names, source)
  if (!isServerUrl(to)) return inDirectory(names, resolve(to))
  if (names.length === 1) return [await memberAt(context, to)]
  throw new UsageError('bad-options', `--to names one database, and these are ${names.length}`, {
    hint: 'Nothing was restored. Add --db, or configure a source that makes databases there.',
  })
}

function inDirectory(names: readonly string[], directory: string): Member[] {
  if (statSync(directory, { throwIfNoEntry: false })?.isDirectory() === false) {
    throw new UsageError('bad-options', `--to ${directory} is no directory`, {
      hint: 'Nothing was restored. Each database becomes a file <name>.db in the directory.',
    })
  }
  return names.map(name => {
    const path = join(directory, `${objectName(name)}.db`)
    return { name, path, url: fileUrl(path), source: '--to' }
  })
}

async function inFleet(
  { config, sources }: FleetContext,
  names: readonly string[],
  source: string | undefined,
): Promise<(Member | DbfleetError)[]> {
  const members = await resolveFleet(sources, { root: config.root, required: false })
  const byName = new Map(members.map(member => [member.name, member]))
  const unknown = names.filter(name => !byName.has(name))
  if (unknown.length === 0) return names.map(name => byName.get(name) as Member)

  const usual = creatingSource(sources, source)
  const makerOf = (name: string) =>
    (source === undefined ? listing(sources, name) : undefined) ?? usual
  return Promise.all(
    names.map(async name => {
      try {
        const known = byName.get(name)
        if (known !== undefined) return known
        const maker = makerOf(name)
        await maker.refuseUnlisted?.([name])
        return maker.locate(name)
      } catch (error) {
        if (error instanceof DbfleetError) return error
        throw error
      }
    }),
  )
}
