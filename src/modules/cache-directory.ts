import { accessSync, constants, lstatSync, mkdirSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/**
 * Where compiled modules are kept: in `node_modules` beside the module, or in a
 * directory for temporary files that is this user's alone. Undefined when neither can be had; then
 * nothing is kept. What lies there is run, so others must not be able to put it there.
 *
 * @param directory the module's
 */
export function cacheDirectory(directory: string): string | undefined {
  const modules = join(directory, 'node_modules')
  return isWritable(modules) ? join(modules, '.cache', 'dbfleet') : ownTemporaryDirectory()
}

function isWritable(directory: string): boolean {
  try {
    accessSync(directory, constants.W_OK)
    return statSync(directory).isDirectory()
  } catch {
    return false
  }
}

function ownTemporaryDirectory(): string | undefined {
  const user = process.getuid?.()
  const directory = join(tmpdir(), user === undefined ? 'dbfleet' : `dbfleet-${user}`)
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 })
    const stats = lstatSync(directory)
    // On Windows every user has their own.
    const isOwn = user === undefined || (stats.uid === user && (stats.mode & 0o077) === 0)
    return stats.isDirectory() && isOwn ? directory : undefined
  } catch {
    return undefined
  }
}
