import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** The name of the package that a path or a comment of the bundler leads into. */
const IN_PACKAGE = /node_modules\/((?:@[^/]+\/)?[^/]+)\//

/** The packages whose code is in a file of `dist`: esbuild names each module in a comment. */
export function bundledPackages(file: string): string[] {
  const modules = readFileSync(file, 'utf8').matchAll(/^\s*\/\/ (\S*node_modules\/\S+)$/gm)
  return [...new Set([...modules].flatMap(([, path = '']) => IN_PACKAGE.exec(path)?.[1] ?? []))]
}

/** The packages that a script belongs to or has in it. */
export function packagesOf(url: string): string[] {
  const own = IN_PACKAGE.exec(url)?.[1]
  if (own !== undefined) return [own]
  return url.startsWith('file:') ? bundledPackages(fileURLToPath(url)) : []
}
