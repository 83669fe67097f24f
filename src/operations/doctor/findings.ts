import { causeOf } from '../../report/cause.js'
import type { Severity } from '../../report/check-report.js'
import type { DoctorFinding } from '../../report/doctor-report.js'
import { someOf } from './some-of.js'

type Said = Omit<DoctorFinding, 'databases'>

interface About {
  /** Names of databases. */
  databases?: readonly string[]
  /** What the message ends with, after a colon: a token, a file. Findings that differ in it are one. */
  subject?: string
}

interface Group {
  said: Said
  subjects: Set<string>
  databases: Set<string>
}

const GRAVEST_FIRST: readonly Severity[] = ['error', 'warning', 'note']

/** Gathers what is found, and says once what is found of many databases. */
export class Findings {
  readonly #groups = new Map<string, Group>()

  add(said: Said, { databases = [], subject }: About = {}): void {
    const [name = ''] = databases
    const cause = causeOf({ name: databases.length === 1 ? name : '', error: said })
    const key = `${said.severity} ${cause}`
    const group = this.#groups.get(key) ?? { said, subjects: new Set(), databases: new Set() }
    this.#groups.set(key, group)
    if (subject !== undefined) group.subjects.add(subject)
    for (const each of databases) group.databases.add(each)
  }

  /** Names of the databases that an error is about. */
  failed(): Set<string> {
    const errors = [...this.#groups.values()].filter(({ said }) => said.severity === 'error')
    return new Set(errors.flatMap(({ databases }) => [...databases]))
  }

  /** The gravest first, otherwise by code; what is found at once comes in no order. */
  list(): DoctorFinding[] {
    const all = [...this.#groups.values()].map(({ said, subjects, databases }) => ({
      ...said,
      ...(subjects.size > 0 && { message: `${said.message}: ${someOf([...subjects].sort())}` }),
      databases: [...databases].sort(),
    }))
    const rank = ({ severity }: DoctorFinding) => GRAVEST_FIRST.indexOf(severity)
    const keyOf = ({ code, message }: DoctorFinding) => `${code}\0${message}`
    return all.sort((a, b) => rank(a) - rank(b) || (keyOf(a) < keyOf(b) ? -1 : 1))
  }
}
