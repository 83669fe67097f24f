import { pathToFileURL } from 'node:url'
import { UsageError } from '../errors/usage-error.js'
import { compileModule } from '../modules/compile-module.js'
import { configError } from './config-error.js'
import { defineConfig } from './define-config.js'

/**
 * Evaluates a configuration that is a module; TypeScript is compiled on the way.
 *
 * @returns what it exports as default, or as `module.exports`; a promise is awaited
 * @throws UsageError `config-syntax`, `config-failed`, or `config-invalid` when it exports no object
 */
export async function evaluateConfig(file: string): Promise<unknown> {
  const value = /\.m?js$/.test(file) ? await imported(file) : await compiled(file)
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
  const [what, hint] = described(value)
  throw new UsageError('config-invalid', `${file} exports ${what}, not a configuration`, { hint })
}

async function imported(file: string): Promise<unknown> {
  try {
    const { default: value } = await import(pathToFileURL(file).href)
    // CommonJS that was compiled from an ES module has its default export inside.
    return await (isCompiled(value) ? value.default : value)
  } catch (error) {
    // dbfleet need not be installed beside the configuration; the compiler knows where it is.
    if (isNotFound(error)) return compiled(file)
    // Node does not say where; the compiler throws an error that does.
    if (error instanceof SyntaxError) await compiled(file)
    throw configError(error, file)
  }
}

async function compiled(file: string): Promise<unknown> {
  try {
    const module = await compileModule(file, { dbfleet: { defineConfig } })
    if (isCompiled(module)) return await module.default
    // An empty file, or one that only exports names, has no `module.exports` of its own.
    return Object.keys(Object(module)).length > 0 || typeof module === 'function'
      ? module
      : undefined
  } catch (error) {
    throw configError(error, file)
  }
}

function isNotFound(error: unknown): boolean {
  const { code } = Object(error) as NodeJS.ErrnoException
  return code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND'
}

function isCompiled(module: unknown): module is { default?: unknown } {
  return Object(module).__esModule === true
}

/** What it is instead of an object, and what to do. */
function described(value: unknown): [what: string, hint: string] {
  const hint = 'End it with `export default defineConfig({ … })`.'
  if (value === undefined) return ['nothing', hint]
  if (typeof value === 'function') {
    return ['a function', 'Export what it returns: `export default defineConfig({ … })`.']
  }
  if (value === null) return ['null', hint]
  if (Array.isArray(value)) return ['a list', hint]
  return [`a ${typeof value}`, hint]
}
