import { createReadStream } from 'node:fs'
import { resolve } from 'node:path'
import { UsageError } from '../errors/usage-error.js'

/**
 * Where a secret is to be fetched from; never the secret itself, because a configuration is
 * committed and copied.
 */
export type Secret =
  /** The name of an environment variable. */
  | { env: string }
  /** The path of a file that holds nothing else; trailing line breaks don't count. */
  | { file: string }
  /** A program and its arguments, run without a shell; what it prints is the secret. */
  | { command: readonly string[] }

const MAX_BYTES = 64 * 1024
const COMMAND_MS = 30_000

interface SecretContext {
  /** What a relative path starts from, and where a command runs. */
  cwd: string
  env?: NodeJS.ProcessEnv
  /** How long a command may take. */
  timeoutMs?: number
}

/** Where a secret is from, for errors; the arguments of a command may be secret themselves. */
export function describeSecret(secret: Secret): string {
  if ('env' in secret) return `the environment variable ${secret.env}`
  return 'file' in secret ? `the file ${secret.file}` : `the command ${secret.command[0]}`
}

/**
 * Fetches a secret. No error holds any part of it, nor of a command's output or arguments.
 *
 * @param what what it is for, for errors: `the encryption key of alice`
 * @throws UsageError `secret-missing` when there is none, `secret-failed` when a command fails
 */
export async function resolveSecret(
  secret: Secret,
  what: string,
  { cwd, env = process.env, timeoutMs = COMMAND_MS }: SecretContext,
): Promise<string> {
  if ('env' in secret) return fromEnvironment(secret.env, what, env)
  if ('file' in secret) return fromFile(resolve(cwd, secret.file), what)
  return fromCommand(secret.command, what, { cwd, env, timeoutMs })
}

function fromEnvironment(name: string, what: string, env: NodeJS.ProcessEnv): string {
  const value = env[name]
  if (value !== undefined && value !== '') return value
  const state = value === undefined ? 'is not set' : 'is empty'
  throw new UsageError('secret-missing', `${what}: the environment variable ${name} ${state}`, {
    hint: `Set ${name}, or correct its name in the configuration.`,
  })
}

async function fromFile(file: string, what: string): Promise<string> {
  const chunks: Buffer[] = []
  try {
    // A stream, because a secret may come through a pipe, and a device may never end.
    for await (const chunk of createReadStream(file, { end: MAX_BYTES })) chunks.push(chunk)
    return textOf(Buffer.concat(chunks))
  } catch (error) {
    throw new UsageError('secret-missing', `${what}: the file ${file} ${fileFault(error)}`, {
      hint: 'Put the secret, and nothing else, into that file.',
      cause: error,
    })
  }
}

function fileFault(error: unknown): string {
  if (error instanceof NoSecret) return `holds ${error.message}`
  const { code } = error as NodeJS.ErrnoException
  if (code === 'ENOENT') return 'does not exist'
  return code === 'EISDIR' ? 'is a directory' : `cannot be read (${code})`
}

async function fromCommand(
  [program = '', ...args]: readonly string[],
  what: string,
  { cwd, env, timeoutMs }: Required<SecretContext>,
): Promise<string> {
  const options = {
    cwd,
    env,
    encoding: 'buffer',
    maxBuffer: MAX_BYTES,
    timeout: timeoutMs,
    // One that ignores the polite signal would hold up the run for good.
    killSignal: 'SIGKILL',
    windowsHide: true,
  } as const
  // Loaded here: it takes Node longer than all else that most configurations need.
  const { execFile } = await import('node:child_process')
  return new Promise((done, fail) => {
    const failed = (why: string) =>
      fail(
        new UsageError('secret-failed', `${what}: the command ${program} ${why}`, {
          hint: 'Run it by hand, in the directory of the configuration, to see what it says.',
        }),
      )
    const child = execFile(program, args, options, (error, output) => {
      // The error's message quotes the arguments and the output; only how it ended is told.
      if (error !== null) return failed(endOf(error, timeoutMs))
      try {
        done(textOf(output))
      } catch (fault) {
        failed(`prints ${(fault as NoSecret).message}`)
      }
    })
    // One that asks for a password on standard input would wait until its time is up.
    child.stdin?.on('error', () => {})
    child.stdin?.end()
  })
}

type CommandEnd = { code?: string | number | null; signal?: string | null; killed?: boolean }

function endOf({ code, signal, killed }: CommandEnd, timeoutMs: number): string {
  if (code === 'ENOENT') return 'was not found'
  if (code === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER') return 'prints more than 64 KiB'
  if (killed === true) return `did not end within ${timeoutMs / 1_000} s`
  if (typeof code === 'number') return `ended with exit status ${code}`
  if (typeof code === 'string') return `cannot be run (${code})`
  return `was ended by ${signal ?? 'a signal'}`
}

/** Says what is there instead of a secret. */
class NoSecret extends Error {}

function textOf(bytes: Buffer): string {
  if (bytes.length > MAX_BYTES) throw new NoSecret('more than 64 KiB')
  const text = decoded(bytes)?.replace(/[\r\n]+$/, '')
  if (text === undefined) throw new NoSecret('something that is not UTF-8 text')
  if (text === '') throw new NoSecret('nothing')
  return text
}

function decoded(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return undefined
  }
}
