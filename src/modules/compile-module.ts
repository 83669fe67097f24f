import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import { cacheDirectory } from './cache-directory.js'

/**
 * Imports a TypeScript or JavaScript module of the user's, compiled by jiti.
 *
 * @param file absolute path
 * @param virtualModules what some import specifiers stand for, so that they need not be installed
 *   beside the file
 * @returns the module's namespace, or its `module.exports`
 * @throws what the module throws, or jiti where it does not compile
 */
export async function compileModule(
  file: string,
  virtualModules: Record<string, unknown>,
): Promise<unknown> {
  // Not imported: an import scans the whole of it for exports first, and takes three times as long.
  const { createJiti } = createRequire(import.meta.url)('jiti') as typeof import('jiti')
  const jiti = createJiti(file, {
    fsCache: cacheDirectory(dirname(file)) ?? false,
    interopDefault: false,
    virtualModules,
  })
  return jiti.import(file)
}
