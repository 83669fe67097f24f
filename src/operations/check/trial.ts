import type { EngineName } from '../../database/database.js'
import type { Schema } from '../../schema/schema.js'
import type { Discovery } from './finding-list.js'

/** What running migrations on scratch databases showed. */
export interface Trial {
  /** That they ran on. */
  engine: EngineName
  /** At n: the schema after n migrations. Ends where one does not apply. */
  schemas: Schema[]
  /** How many migrations come before the first that would be refused before it ran. */
  sound: number
  discoveries: Discovery[]
}
