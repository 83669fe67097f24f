import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import { pathToFileURL } from 'node:url'
import { types } from 'node:util'
import { UsageError } from '../errors/usage-error.js'
import { cacheDirectory } from './cache-directory.js'
import { configError } from './config-error.js'
import { defineConfig } from './define-config.js'

/**
 * Evaluates a configuration that is a module; TypeScript is compiled on the way.
 *
 * @returns what it exports as default, or as `module.exports`
 * @throws UsageError `config-syntax`, `config-failed`, or `config-invalid` when it exports no object
 */
export async function evaluateConfig(file: string): Promise<unknown> {
  return exported(/\.m?js$/.test(file) ? await imported(file) : await compiled(file), file)
}

async function imported(file: string): Promise<unknown> {
  try {
    return await import(pathToFileURL(file).href)
  } catch (error) {
    // dbfleet need not be installed beside the configuration; the compiler knows where it is.
    if (isNotFound(error)) return compiled(file)
    // Node does not say where; the compiler throws an error that does.
    if (error instanceof SyntaxError) await compiled(file)
    throw configError(error, file)
  }
}

function isNotFound(error: unknown): boolean {
  const { code } = Object(error) as NodeJS.ErrnoException
  return code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND'
}

async function compiled(file: string): Promise<unknown> {
  // Required, because an import scans the whole of it for exports first, and takes three times as long.
  const { createJiti } = createRequire(import.meta.url)('jiti') as typeof import('jiti')
  const jiti = createJiti(file, {
    fsCache: cacheDirectory(dirname(file)) ?? false,
    interopDefault: false,
    virtualModules: { dbfleet: { defineConfig } },
  })
  try {
    return await jiti.import(file)
  } catch (error) {
    throw configError(error, file)
  }
}

function exported(module: unknown, file: string): unknown {
  const value = defaultOf(module)
  if (typeof value === 'object' && value !== null && !Array.isArray(value) && !isPromise(value)) {
    return value
  }
  const [what, hint] = described(value)
  throw new UsageError('config-invalid', `${file} exports ${what}, not a configuration`, { hint })
}

function defaultOf(module: unknown): unknown {
  const namespace = Object(module) as { default?: unknown; __esModule?: unknown }
  if (types.isModuleNamespaceObject(module) || namespace.__esModule === true) {
    const { default: value } = namespace
    // CommonJS that was compiled from an ES module.
    return isCompiled(value) ? value.default : value
  }
  return typeof module === 'object' && Object.keys(namespace).length === 0 ? undefined : module
}

function isCompiled(value: unknown): value is { default: unknown } {
  const { __esModule: isModule } = Object(value) as { __esModule?: unknown }
  return isModule === true && 'default' in Object(value)
}

function isPromise(value: object): boolean {
  return 'then' in value && typeof value.then === 'function'
}

function described(value: unknown): [what: string, hint: string] {
  const hint = 'End it with `export default defineConfig({ … })`.'
  if (value === undefined) return ['nothing', hint]
  if (typeof value === 'function') {
    return ['a function', 'Export what it returns: `export default defineConfig({ … })`.']
  }
  if (value === null) return ['null', hint]
  if (Array.isArray(value)) return ['a list', hint]
  if (typeof value === 'object') return ['a promise', 'Write `export default await …`.']
  return [`a ${typeof value}`, hint]
}
