import picocolors from 'picocolors'
import type { Colors } from './tone.js'

/** What dbfleet needs of `process.stdout` and `process.stderr`. */
export interface OutputStream extends NodeJS.WritableStream {
  readonly isTTY?: boolean | undefined
  readonly columns?: number | undefined
}

/** What one of the two streams can show. */
export interface Screen {
  /** True when a person is reading; false in a pipe or a file. */
  readonly isTTY: boolean
  /** Columns to fit the text into; `Infinity` in a pipe, where nothing is cut or wrapped. */
  readonly width: number
  /** Paints text, or leaves it as it is where colours are not wanted. */
  readonly colours: Colors
}

export interface OutputFlags {
  /** `--quiet`: no progress, no notes, no report of a success. */
  readonly quiet: boolean
  /** `--json`: one document on standard output. */
  readonly json: boolean
}

/** What the terminal can do and what the user wants of it. */
export interface Terminal extends OutputFlags {
  readonly stdout: Screen
  readonly stderr: Screen
  /** Whether a line on standard error may be drawn over. */
  readonly animated: boolean
}

const DEFAULT_WIDTH = 80
const NARROWEST = 20

/**
 * Reads streams, environment and flags. `NO_COLOR` wins over `FORCE_COLOR`; each stream is judged
 * for itself, so that `2>errors.log` gets no colours while the terminal does.
 */
export function detectTerminal(
  streams: { stdout: OutputStream; stderr: OutputStream },
  env: NodeJS.ProcessEnv,
  flags: OutputFlags,
): Terminal {
  const stdout = screenOf(streams.stdout, env)
  const stderr = screenOf(streams.stderr, env)
  const animated = stderr.isTTY && env.TERM !== 'dumb' && !isSet(env.CI)
  return { ...flags, stdout, stderr, animated }
}

function screenOf(stream: OutputStream, env: NodeJS.ProcessEnv): Screen {
  const isTTY = stream.isTTY === true
  // A terminal that does not know its size says 0.
  const width = isTTY ? Math.max(NARROWEST, stream.columns || DEFAULT_WIDTH) : Infinity
  return { isTTY, width, colours: picocolors.createColors(wantsColour(isTTY, env)) }
}

function wantsColour(isTTY: boolean, env: NodeJS.ProcessEnv): boolean {
  if (env.NO_COLOR) return false
  if (env.FORCE_COLOR) return isSet(env.FORCE_COLOR)
  return isTTY && env.TERM !== 'dumb'
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && !['', '0', 'false'].includes(value.toLowerCase())
}
