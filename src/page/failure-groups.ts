import { truncate } from '../output/truncate.js'
import { causeOf } from '../report/cause.js'
import type { ErrorClass } from '../report/error-class.js'
import type { ErrorReport } from '../report/error-report.js'
import type { ColumnBuilder } from './column.js'
import type { PackedValue } from './packed-page.js'

interface Failure {
  name: string
  error: ErrorReport
  errorClass: ErrorClass
}

/** In columns; a message may quote a whole statement. */
const LONGEST_MESSAGE = 1_000
/** Texts that are told apart for one cause; from then on one stands for the others. */
const MOST_MESSAGES = 200

/** Puts failures that have one cause into one group. */
export class FailureGroups {
  readonly #column: ColumnBuilder
  readonly #causes = new Map<string, { group: number; messages: Set<string>; first: string }>()

  constructor(column: ColumnBuilder) {
    this.#column = column
  }

  /** @param where such as `run 12`; failures of different places are different groups */
  value({ name, error, errorClass }: Failure, where = ''): PackedValue {
    const own = truncate(ownMessage(name, error.message), LONGEST_MESSAGE)
    const key = `${where}\0${errorClass}\0${causeOf({ name, error })}`
    const hint = error.hint === undefined ? [] : [error.hint]
    const kind = errorClass === error.code ? error.code : `${errorClass}, ${error.code}`
    const about = where === '' ? kind : `${where}: ${kind}`
    let cause = this.#causes.get(key)
    if (cause === undefined) {
      const group = this.#column.group(own, 'bad', [about, ...hint])
      this.#column.failures.add(group)
      cause = { group, messages: new Set(), first: own }
      this.#causes.set(key, cause)
    }
    const isKnown = cause.messages.has(own)
    const isTold = isKnown || cause.messages.size < MOST_MESSAGES
    if (isTold && !isKnown) cause.messages.add(own)
    const message = isTold ? own : `as in another database: ${cause.first}`
    const text = where === '' ? 'failed' : `failed in ${where}`
    return { text, tone: 'bad', group: cause.group, lines: [message, about, ...hint] }
  }
}

/** The message without the database's name in front, which stands beside it. */
function ownMessage(name: string, message: string): string {
  return message.startsWith(`${name}: `) ? message.slice(name.length + 2) : message
}
