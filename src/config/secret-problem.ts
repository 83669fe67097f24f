import { nearest } from '../errors/nearest.js'
import { isRecord } from './known-keys.js'

const KINDS = ['env', 'file', 'command'] as const
const FORMS = '{ env: "NAME" }, { file: "PATH" } or { command: ["PROGRAM", "ARGUMENT"] }'

/**
 * What is wrong with what stands where a secret belongs; undefined when it is sound. The answer
 * quotes nothing of it, not even its keys: any part may be the secret itself.
 */
export function secretProblem(value: unknown): string | undefined {
  if (typeof value === 'string') {
    return `a secret must not stand in a configuration, which is committed and copied; write ${FORMS}`
  }
  if (!isRecord(value)) return `must be ${FORMS}`
  const [key, ...others] = Object.keys(value)
  if (key === undefined || others.length > 0) return `must have one key: ${FORMS}`
  const kind = KINDS.find(known => known === key)
  if (kind === undefined) {
    const near = nearest(key, KINDS)
    return near === undefined ? `must be ${FORMS}` : `unknown key; did you mean "${near}"?`
  }
  return problemOf[kind](value[key])
}

const problemOf = {
  env(name: unknown): string | undefined {
    if (typeof name !== 'string' || !/^[a-z_]\w*$/i.test(name)) {
      return 'env must be the name of an environment variable: letters, digits and _'
    }
    return looksLikeSecret(name) ? itself('env', 'the name of an environment variable') : undefined
  },
  file(path: unknown): string | undefined {
    if (!isText(path)) return 'file must be a path'
    return looksLikeSecret(path) ? itself('file', 'the path of a file') : undefined
  },
  command(argv: unknown): string | undefined {
    if (!Array.isArray(argv) || !isText(argv[0]) || !argv.every(isArgument)) {
      return 'command must be a list of texts: a program and its arguments'
    }
    return looksLikeSecret(argv[0]) ? itself('command', 'a program') : undefined
  },
}

function itself(key: string, expected: string): string {
  return `${key} must be ${expected}, and this looks like the secret itself`
}

/** A token or a key in base64 or hexadecimal: a later error would quote it as a name. */
function looksLikeSecret(name: string): boolean {
  return /^(?=\D*\d)[\da-z+=]{24,}$|^eyJ[\w-]+\.|^[\da-z+/]{16,}={1,2}$/i.test(name)
}

function isText(value: unknown): value is string {
  return isArgument(value) && value !== ''
}

function isArgument(value: unknown): value is string {
  return typeof value === 'string' && !value.includes('\0')
}
