import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { resolveSecret } from '../../config/secret.js'
import { isServerUrl, parseServerUrl, showServerUrl } from '../../config/server-url.js'
import { CONTROL_OPTIONS, type Control, openControl } from '../../control/control-database.js'
import { freeHolders } from '../../control/free-holders.js'
import type { Database } from '../../database/database.js'
import { openDatabase } from '../../database/open-database.js'
import { DbfleetError } from '../../errors/dbfleet-error.js'
import { UsageError } from '../../errors/usage-error.js'
import { endpointOf } from '../../fleet/endpoint-of.js'
import { fileUrl, pathOfUrl } from '../../fleet/file-url.js'
import type { FleetContext } from '../members/fleet-context.js'
import { isGone } from './is-gone.js'

const DIRECTORY = '.dbfleet'
const FILE = 'control.db'
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
    const control = await openControl(db, shown)
    await freeHolders(control, isGone)
    return control
  } catch (error) {
    if (!(error instanceof DbfleetError) || error instanceof UsageError) throw error
    const hint = `Nothing was touched. ${error.hint ?? 'Look at `control` in the configuration.'}`
    if (error.code === 'control-newer') {
      throw new UsageError('control-newer', error.message, { hint, cause: error })
    }
    const isOwn = error.code === 'control-failed'
    const message = isOwn ? error.message : `${WHAT} cannot be opened: ${error.message}`
    throw new UsageError('control-failed', message, { hint, cause: error })
  }
}

/**
 * Likewise, for whoever only reads: makes none.
 *
 * @returns `undefined` where there is none, or the configuration wants none
 * @throws UsageError what `openControlOf` throws
 */
export async function openExistingControl(
  context: Pick<FleetContext, 'config' | 'connections'>,
): Promise<Control | undefined> {
  const { control } = context.config
  const isOnServer = typeof control === 'object' && isServerUrl(control.url)
  if (!isOnServer && !existsSync(fileOf(context.config))) return undefined
  return openControlOf(context)
}

/**
 * Likewise, where it is needed.
 *
 * @throws UsageError `no-journal` where the configuration wants none, and what `openControlOf` throws
 */
export async function controlOf(
  context: Pick<FleetContext, 'config' | 'connections'>,
): Promise<Control> {
  const control = await openControlOf(context)
  if (control !== undefined) return control
  throw new UsageError(
    'no-journal',
    'runs are not recorded: the configuration has control: false',
    {
      hint: 'Take that out, and the runs from then on are recorded.',
    },
  )
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
  if (control && isServerUrl(control.url)) {
    const server = parseServerUrl(control.url, WHAT)
    const { authToken } = control
    const token =
      authToken && (await resolveSecret(authToken, `the token of ${WHAT}`, { cwd: root }))
    const address = { ...server, ...(authToken !== undefined && { authToken }) }
    const endpoint = endpointOf(address, config, token)
    const db = await openDatabase({ name: 'control', endpoint }, CONTROL_OPTIONS, connections)
    return { db, shown: showServerUrl(server) }
  }
  const path = fileOf(config)
  await makeDirectory(dirname(path), { own: !control })
  return {
    db: await openDatabase({ name: 'control', path }, CONTROL_OPTIONS),
    shown: fileUrl(path),
  }
}

/** Where it is, when it is a file. */
function fileOf({ root, control }: FleetContext['config']): string {
  return control ? pathOfUrl(control.url, root, WHAT) : join(root, DIRECTORY, FILE)
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
