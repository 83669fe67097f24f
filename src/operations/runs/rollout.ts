import type { Canary, Waves } from '../../config/config.js'
import { parseCountOrShare } from '../../config/count-or-share.js'
import { parseDuration } from '../../config/duration.js'
import { UsageError } from '../../errors/usage-error.js'
import type { Member } from '../../fleet/member.js'
import { namedBy } from '../../fleet/named-by.js'

/** How a run goes through the fleet; what is said here goes before the configuration. */
export interface WaveOptions {
  /** How many databases go first: a count, or a share such as `1%`. */
  canary?: number | string
  /** Names or globs of databases that go first. */
  canaryDb?: readonly string[]
  /** How many there are in each wave after that: a count, or a share such as `5%`. */
  wave?: number | string
  /** How long to wait before the next wave: milliseconds, or `30s`, `2m`. */
  pause?: number | string
  /** A command line for the shell, run after each wave; the run goes on when it ends with status 0. */
  health?: string
  /** How long it may take: milliseconds, or `30s`, `5m`; the default is `5m`. */
  healthTimeout?: number | string
  /** False: all at once, whatever the configuration says. */
  waves?: boolean
}

/** How a run goes through the fleet. Plain data: the journal keeps it, for those who go on with it. */
export interface Rollout {
  canary?: Required<Canary> & {
    count: string
    /** True when a number was asked for, so that those are looked for that stand for the others. */
    isCounted: boolean
  }
  /** Names and globs of the canary that must be there. */
  required: readonly string[]
  /** Without it, one wave takes all. */
  size?: string
  pauseMs: number
  health?: string
  healthTimeoutMs: number
}

const HEALTH_TIMEOUT_MS = 300_000

/**
 * What the configuration and the options of a verb say together.
 *
 * @returns `undefined` when all is to be done at once
 * @throws UsageError `bad-options`, `bad-waves`; nothing was touched
 */
export function rolloutOf(
  configured: Waves | undefined,
  { canary, canaryDb, wave, pause, health, healthTimeout, waves }: WaveOptions,
): Rollout | undefined {
  const given = { canary, canaryDb, wave, pause, health, healthTimeout }
  if (waves === false) {
    const [flag] = Object.entries(given).filter(([, value]) => value !== undefined)
    if (flag !== undefined) {
      throw refused(`--no-waves and ${FLAGS[flag[0] as keyof typeof FLAGS]} exclude each other`)
    }
    return undefined
  }
  const first = canaryOf(configured?.canary, canary, canaryDb)
  const size = wave === undefined ? configured?.size : read(parseCountOrShare, 'wave', wave)
  const pauseMs = pause === undefined ? configured?.pauseMs : read(parseDuration, 'pause', pause)
  const command = health ?? configured?.health
  const timeoutMs =
    healthTimeout === undefined
      ? configured?.healthTimeoutMs
      : read(parseDuration, 'healthTimeout', healthTimeout)
  if (command === '' || command?.includes('\0') === true) {
    throw new UsageError('bad-waves', '--health takes a command, not an empty text or a NUL', {
      hint: `${NOTHING} Write for instance --health './smoke-test.sh'.`,
    })
  }
  if (healthTimeout !== undefined && command === undefined) {
    throw refused('--health-timeout says how long --health may take, and there is none')
  }
  if (timeoutMs === 0) throw refused('--health-timeout must be longer than nothing')
  if (pause !== undefined && first === undefined && size === undefined) {
    throw refused('--pause says how long to wait between waves, and there is only one')
  }
  if (first === undefined && size === undefined && command === undefined) return undefined
  return {
    ...(first !== undefined && { canary: first }),
    required: canaryDb ?? [],
    ...(size !== undefined && { size }),
    pauseMs: pauseMs ?? 0,
    ...(command !== undefined && { health: command }),
    healthTimeoutMs: timeoutMs ?? HEALTH_TIMEOUT_MS,
  }
}

/** @throws UsageError `unknown-database` when a canary that was asked for is not selected */
export function refuseUnknownCanary(
  rollout: Rollout | undefined,
  members: readonly Member[],
): void {
  namedBy(rollout?.required ?? [], { members, whole: 'selection', flag: '--canary-db' })
}

const FLAGS = {
  canary: '--canary',
  canaryDb: '--canary-db',
  wave: '--wave',
  pause: '--pause',
  health: '--health',
  healthTimeout: '--health-timeout',
} as const
const NOTHING = 'Nothing was touched.'
const EXAMPLES = {
  canary: '--canary 10 or --canary 1%',
  wave: '--wave 500 or --wave 5%',
  pause: '--pause 2m',
  healthTimeout: '--health-timeout 30s',
} as const

function canaryOf(
  configured: Canary | undefined,
  count: number | string | undefined,
  databases: readonly string[] | undefined,
): Rollout['canary'] {
  if (configured === undefined && count === undefined && databases === undefined) return undefined
  const named = databases === undefined ? configured : { databases, labels: [] }
  return {
    // Where none of the named has anything to do, somebody has to go first.
    count:
      count === undefined ? (configured?.count ?? '1') : read(parseCountOrShare, 'canary', count),
    isCounted: count !== undefined || configured?.count !== undefined,
    databases: named?.databases ?? [],
    labels: named?.labels ?? [],
  }
}

function read<Value>(
  parse: (value: number | string) => Value | undefined,
  name: keyof typeof EXAMPLES,
  value: number | string,
): Value {
  const result = parse(value)
  if (result !== undefined) return result
  throw new UsageError('bad-waves', `${FLAGS[name]} cannot be "${value}"`, {
    hint: `${NOTHING} Write for instance ${EXAMPLES[name]}.`,
  })
}

function refused(message: string): UsageError {
  return new UsageError('bad-options', message, { hint: `${NOTHING} Leave out one of them.` })
}
