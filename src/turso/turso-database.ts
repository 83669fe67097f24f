import type { NewPlace } from '../database/remote/provisioner.js'

/** A database as the Platform API describes it. */
export interface TursoDatabase extends NewPlace {
  name: string
  /** Absent where the API does not say. */
  group?: string
  /** True when the API says that it was put away because nobody used it. */
  archived: boolean
}
