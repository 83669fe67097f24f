import { resolve } from 'node:path'
import * as v from 'valibot'
import { UsageError } from '../errors/usage-error.js'
import type { Config, ControlConfig, Waves } from './config.js'
import { configSchema } from './config-schema.js'
import { DEFAULTS } from './defaults.js'
import { plainData } from './plain-data.js'

/**
 * Checks a configuration as it was written, fills in the defaults and makes its directories
 * absolute.
 *
 * @param root what relative paths start from
 * @param file the configuration's path, for errors
 * @throws UsageError `config-invalid` with all problems, one a line, each with its path; no value
 * of the configuration is quoted
 */
export function validateConfig(
  value: unknown,
  { root, file }: { root: string; file?: string },
): Config {
  const result = v.safeParse(configSchema, plainData(value))
  if (!result.success) throw invalid(result.issues, file)
  const {
    migrations,
    templates,
    backups,
    s3,
    encryption,
    fleet,
    busyTimeout,
    requestTimeout,
    jobs,
    maxFailures,
    check,
    control,
    waves,
  } = result.output
  return {
    root: resolve(root),
    ...(file !== undefined && { file }),
    migrations: resolve(root, migrations ?? DEFAULTS.migrations),
    templates: resolve(root, templates ?? DEFAULTS.templates),
    backups: placeOfBackups(root, backups ?? DEFAULTS.backups),
    ...(s3 !== undefined && { s3 }),
    ...(encryption !== undefined && { encryption }),
    fleet,
    busyTimeoutMs: busyTimeout ?? DEFAULTS.busyTimeoutMs,
    requestTimeoutMs: requestTimeout ?? DEFAULTS.requestTimeoutMs,
    ...(jobs !== undefined && { jobs }),
    ...(maxFailures !== undefined && { maxFailures }),
    ...(check !== undefined && { check }),
    ...(control !== undefined && { control: control && withoutLease(control) }),
    leaseMs: (control || undefined)?.lease ?? DEFAULTS.leaseMs,
    ...(waves !== undefined && { waves: wavesOf(waves) }),
  }
}

type ReadWaves = NonNullable<v.InferOutput<typeof configSchema>['waves']>

function wavesOf({ canary, size, pause, health, healthTimeout }: ReadWaves): Waves {
  const {
    count,
    databases = [],
    labels = [],
  } = typeof canary === 'object' ? canary : { count: canary }
  return {
    ...(canary !== undefined && {
      canary: { ...(count !== undefined && { count }), databases, labels },
    }),
    ...(size !== undefined && { size }),
    ...(pause !== undefined && { pauseMs: pause }),
    ...(health !== undefined && { health }),
    ...(healthTimeout !== undefined && { healthTimeoutMs: healthTimeout }),
  }
}

function withoutLease({ lease: _, ...place }: ControlConfig): Omit<ControlConfig, 'lease'> {
  return place
}

function placeOfBackups(root: string, backups: string): string {
  return /^s3:/i.test(backups) ? backups : resolve(root, backups)
}

function invalid(issues: readonly v.BaseIssue<unknown>[], file?: string): UsageError {
  const subject = file ?? 'the configuration'
  const problems = issues.map(({ path, message }) => {
    const place = placeOf((path ?? []).map(({ key }) => key))
    return place === '' ? message : `${place}: ${message}`
  })
  const message =
    problems.length === 1
      ? `${subject}: ${problems[0]}`
      : [`${subject} has ${problems.length} problems:`, ...problems].join('\n')
  return new UsageError('config-invalid', message, {
    hint: 'docs/configuration.md describes every key.',
  })
}

const SHOWN = 40

/** As it would be written in code: `fleet[0].files`. */
function placeOf(steps: readonly unknown[]): string {
  return steps.reduce<string>((place, step) => {
    if (typeof step === 'number') return `${place}[${step}]`
    const key = String(step)
    if (!/^[A-Za-z_$][\w$]*$/.test(key) || key.length > SHOWN) {
      const shown = key.length > SHOWN ? `${key.slice(0, SHOWN)}…` : key
      return `${place}[${JSON.stringify(shown)}]`
    }
    return place === '' ? key : `${place}.${key}`
  }, '')
}
