import { isAbsolute, relative, sep } from 'node:path'
import type { CheckConfig } from '../../config/config.js'
import type { Finding, Severity } from '../../report/check-report.js'

/** A finding before it is merged with its equals. */
export interface Discovery extends Omit<Finding, 'databases'> {
  /** Absolute, here. */
  file?: string
  /** The name of the migration that it is about, by which the configuration may allow it. */
  migration?: string
  /** The table that it rewrites, in lower case. */
  rewrites?: string
}

const ORDER: readonly Severity[] = ['error', 'warning', 'note']

/** Gathers findings; equal ones of several databases become one. */
export class FindingList {
  readonly #root: string
  readonly #config: CheckConfig
  readonly #findings = new Map<string, Finding>()

  /** @param root what the findings' files are told relative to; absolute */
  constructor(root: string, config: CheckConfig) {
    this.#root = root
    this.#config = config
  }

  add(
    { migration, rewrites: _, ...discovery }: Discovery,
    databases: readonly string[] = [],
  ): void {
    const { code, file } = discovery
    const severity = this.#config.severity?.[code] ?? discovery.severity
    const allowed = migration === undefined ? undefined : this.#config.allow?.[migration]
    if (severity === 'off' || allowed?.includes(code)) return
    const told = { ...discovery, severity, ...(file !== undefined && { file: this.#told(file) }) }
    const key = JSON.stringify([told.code, told.severity, told.message, told.file, told.line])
    const known = this.#findings.get(key)
    if (known === undefined) this.#findings.set(key, { ...told, databases: [...databases] })
    else for (const name of databases) known.databases.push(name)
  }

  /** The gravest first, then as they were found; databases in the order of the fleet. */
  list(names: readonly string[]): Finding[] {
    const findings = [...this.#findings.values()]
    const several = findings.filter(({ databases }) => databases.length > 1)
    const places = new Map(several.length === 0 ? [] : names.map((name, index) => [name, index]))
    const place = (name: string) => places.get(name) ?? 0
    for (const { databases } of several) databases.sort((a, b) => place(a) - place(b))
    return findings.sort((a, b) => ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity))
  }

  #told(file: string): string {
    if (!isAbsolute(file)) return file
    const path = relative(this.#root, file)
    return path.startsWith('..') ? file : path.split(sep).join('/')
  }
}
