import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { resolveSecret } from '../config/secret.js'
import { isServerUrl, parseServerUrl, showServerUrl } from '../config/server-url.js'
import { type Control, openControl } from '../control/control-database.js'
import type { Database } from '../database/database.js'
import { openDatabase } from '../database/open-database.js'
import { DbfleetError } from '../errors/dbfleet-error.js'
import { UsageError } from '../errors/usage-error.js'
import { endpointOf } from '../fleet/endpoint-of.js'
import { fileUrl, pathOfUrl } from '../fleet/file-url.js'
import type { FleetContext } from './fleet-context.js'

const DIRECTORY = '.dbfleet'
const FILE = 'control.db'
/** Others write to it, for short. */
const BUSY_TIMEOUT_MS = 10_000
const WHAT = 'the control database'

/**
 * Opens the control database of a configuration; a file is made where there is none.
 *
 * @returns `undefined` where the configuration wants none
 * @throws UsageError `control-failed`, `control-newer` when it cannot serve; nothing was touched
 */
export async function openControlOf(
  context: Pick<FleetContext, 'config' | 'connections'>,
): Promise<Control | undefined> {
  if (context.config.control === false) return undefined
  try {
    const { db, shown } = await open(context)
    return await openControl(db, shown)
  } catch (error) {
    if (!(error instanceof DbfleetError) || error instanceof UsageError) throw error
    const isOwn = error.code.startsWith('control-')
    const hint = error.hint ?? 'Look at `control` in the configuration.'
    throw new UsageError(
      isOwn ? error.code : 'control-failed',
      isOwn ? error.message : `${WHAT} cannot be opened: ${error.message}`,
      { hint: `Nothing was touched. ${hint}`, cause: error },
    )
  }
}

/** True when the configuration names it, so that other machines may use it, too. */
export function isShared({ config }: Pick<FleetContext, 'config'>): boolean {
  return typeof config.control === 'object'
}

async function open({
  config,
  connections,
}: Pick<FleetContext, 'config' | 'connections'>): Promise<{ db: Database; shown: string }> {
  const { root, control } = config
  const options = { mode: 'create' as const, busyTimeoutMs: BUSY_TIMEOUT_MS }
  if (control && isServerUrl(control.url)) {
    const server = parseServerUrl(control.url, WHAT)
    const { authToken } = control
    const token =
      authToken && (await resolveSecret(authToken, `the token of ${WHAT}`, { cwd: root }))
    const address = { ...server, ...(authToken !== undefined && { authToken }) }
    const endpoint = endpointOf(address, config, token)
    const db = await openDatabase({ name: 'control', endpoint }, options, connections)
    return { db, shown: showServerUrl(server) }
  }
  const path = control ? pathOfUrl(control.url, root, WHAT) : join(root, DIRECTORY, FILE)
  await makeDirectory(dirname(path), { own: !control })
  return { db: await openDatabase({ name: 'control', path }, options), shown: fileUrl(path) }
}

/** @param own whether it is dbfleet's own, which nobody commits */
async function makeDirectory(directory: string, { own }: { own: boolean }): Promise<void> {
  try {
    const made = await mkdir(directory, { recursive: true, mode: 0o700 })
    if (own && made !== undefined) await writeFile(join(directory, '.gitignore'), '*\n')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new DbfleetError('control-failed', `${directory} cannot be made: ${code}`, {
      hint: 'Let this user write there, or set `control` to another place, or to false.',
      cause: error,
    })
  }
}
